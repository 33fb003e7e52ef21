/** Authorities and client certificates: npm's `ca`, `cafile`, `strict-ssl`, and per registry `certfile`, `keyfile`, `cafile`. */
import { readFileSync } from 'node:fs'
import { userError } from '@alkahest/core'
import { coveringKeys } from './nerf-dart.ts'
import { expandHome } from './settings.ts'
import type { Setting } from './settings.ts'

export type TlsSettings = {
  readonly ca?: readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized?: boolean
}

export type CertificateOptions = {
  readonly settings: ReadonlyMap<string, Setting>
  readonly cwd: string
  readonly home: string
}

const OWN_SETTINGS = ['certfile', 'keyfile', 'cafile', 'cert', 'key', 'ca', 'strict-ssl']

/**
 * What node:tls needs for an address, or undefined when nothing was configured. Files are read here, on first use:
 * synchronous, since it happens once per registry. Throws `NPMRC_UNREADABLE`.
 */
export function tlsFor(url: URL, options: CertificateOptions): TlsSettings | undefined {
  const find = (name: string): Setting | undefined => settingFor(url, name, options.settings)
  const cert = fileOf(find('certfile'), options) ?? find('cert')?.values[0]
  const key = fileOf(find('keyfile'), options) ?? find('key')?.values[0]
  const ca = fileOf(find('cafile'), options)
  const authorities = ca === undefined ? find('ca')?.values.filter((text) => text !== '' && text !== 'null') : [ca]
  const tls: TlsSettings = {
    ...(authorities === undefined || authorities.length === 0 ? {} : { ca: authorities.map(withLineBreaks) }),
    // Either alone would fail in node:tls with a sentence about neither.
    ...(cert === undefined || key === undefined ? {} : { cert: withLineBreaks(cert), key: withLineBreaks(key) }),
    ...(find('strict-ssl')?.values[0] === 'false' ? { rejectUnauthorized: false } : {}),
  }
  return Object.keys(tls).length === 0 ? undefined : tls
}

/** The registry whose own certificates serve an address, or undefined when there are none of its own. */
export function certificateKey(url: URL, settings: ReadonlyMap<string, Setting>): string | undefined {
  return coveringKeys(url.href).find((key) => OWN_SETTINGS.some((name) => settings.has(`${key}:${name}`)))
}

/** What is written for the registry, else for all. */
function settingFor(url: URL, name: string, settings: ReadonlyMap<string, Setting>): Setting | undefined {
  for (const key of coveringKeys(url.href)) {
    const setting = settings.get(`${key}:${name}`)
    if (setting !== undefined) return setting
  }
  return settings.get(name)
}

function fileOf(setting: Setting | undefined, options: CertificateOptions): string | undefined {
  const path = setting?.values[0]
  if (setting === undefined || path === undefined || path === '' || path === 'null') return undefined
  const file = expandHome(path, options)
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw userError('NPMRC_UNREADABLE', `${file}, which ${setting.place} names, cannot be read (${code})`, { cause })
  }
}

/** In an .npmrc a certificate is one line with `\n` in it. */
function withLineBreaks(text: string): string {
  return text.replaceAll('\\n', '\n')
}
