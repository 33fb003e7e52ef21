/** npm's configuration as a value: read once, then asked. */
import { homedir } from 'node:os'
import { scopeOf, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { certificateKey, tlsFor } from './certificates.ts'
import type { TlsSettings } from './certificates.ts'
import { checkLoneCredentials, credentialsFor } from './credentials.ts'
import { defaultRegistry } from './default-registry.ts'
import { proxyFor } from './proxy.ts'
import { readSettings } from './settings.ts'
import type { Environment, Setting, Settings } from './settings.ts'

export type LoadNpmConfigOptions = {
  /** The folder whose `.npmrc` is the project's: the root of the workspace. */
  readonly cwd: string
  readonly env: Environment
  /** HOME, else the user's folder as the system knows it, when absent. */
  readonly home?: string
  /** The registry of every package, whatever is configured for it. Throws `NPMRC_INVALID` for what is no address. */
  readonly registry?: string
}

/** How an address is reached; the shape that `@alkahest/http` takes. */
export type Connection = {
  readonly proxy: string | undefined
  readonly tls: TlsSettings | undefined
}

/** Spread into `createHttp`; what nobody configured is not in it. */
export type HttpSettings = {
  readonly connectionFor: (url: URL) => Connection
  readonly socketsMax?: number
  readonly retries?: number
  readonly retryMinMs?: number
  readonly retryMaxMs?: number
  readonly retryFactor?: number
  readonly idleTimeoutMs?: number
}

export interface NpmConfig {
  /** The default registry, with a final slash. */
  readonly registry: string
  registryFor(name: PackageName): string
  /** Of `@scope`, when one is set for it. */
  registryForScope(scope: string): string | undefined
  /**
   * The value of the `authorization` header, or undefined. `registry` is the one that the address belongs to: its
   * credentials also serve other paths of its origin, as tarballs have them.
   */
  credentialsFor(url: string, registry?: string): string | undefined
  connectionFor(url: URL): Connection
  readonly http: HttpSettings
  /** `npmjs`, `never`, `always` or a host: whose tarball addresses are moved to the configured registry. */
  readonly replaceRegistryHost: string
  /** npm's own default registry, whatever is configured. */
  publicRegistry(): Promise<string>
  /** Any key as text. */
  get(key: string): string | undefined
  /** Where tokens are written to. */
  readonly userConfigFile: string
  /** What was tolerated as npm tolerates it. */
  readonly warnings: readonly string[]
}

/** Reads files and environment. Throws `NPMRC_UNREADABLE` and `NPMRC_INVALID`. */
export async function loadNpmConfig(options: LoadNpmConfigOptions): Promise<NpmConfig> {
  const home = options.home ?? options.env.HOME ?? homedir()
  const settings = await readSettings({ ...options, home })
  const { byKey } = settings
  const only = options.registry === undefined ? undefined : givenRegistry(options.registry)
  const registry = only ?? registryIn(byKey.get('registry')) ?? withSlash(await defaultRegistry())
  const useless = checkLoneCredentials(byKey)
  const numbers = readNumbers(byKey)
  const connectionFor = connections(byKey, { ...options, home })
  return new ReadConfig(settings, {
    registry,
    only,
    http: { connectionFor, ...numbers.settings },
    warnings: [...settings.warnings, ...useless, ...numbers.warnings],
  })
}

type Computed = Pick<NpmConfig, 'registry' | 'http' | 'warnings'> & {
  /** For every scope too. */
  readonly only: string | undefined
}

class ReadConfig implements NpmConfig {
  readonly registry: string
  readonly http: HttpSettings
  readonly warnings: readonly string[]
  readonly userConfigFile: string
  readonly #settings: ReadonlyMap<string, Setting>
  readonly #only: string | undefined

  constructor(settings: Settings, computed: Computed) {
    this.#only = computed.only
    this.registry = computed.registry
    this.http = computed.http
    this.warnings = computed.warnings
    this.userConfigFile = settings.userConfigFile
    this.#settings = settings.byKey
  }

  get replaceRegistryHost(): string {
    return this.get('replace-registry-host') ?? 'npmjs'
  }

  registryFor(name: PackageName): string {
    const scope = scopeOf(name)
    return (scope === undefined ? undefined : this.registryForScope(scope)) ?? this.registry
  }

  registryForScope(scope: string): string | undefined {
    return this.#only ?? registryIn(this.#settings.get(`${scope}:registry`))
  }

  credentialsFor(url: string, registry?: string): string | undefined {
    const own = credentialsFor(this.#settings, url)
    if (own !== undefined || registry === undefined) return own
    return new URL(url).origin === new URL(registry).origin ? credentialsFor(this.#settings, registry) : undefined
  }

  connectionFor(url: URL): Connection {
    return this.http.connectionFor(url)
  }

  publicRegistry(): Promise<string> {
    return defaultRegistry()
  }

  get(key: string): string | undefined {
    return this.#settings.get(key)?.values[0]
  }
}

function givenRegistry(text: string): string | undefined {
  return registryIn({ key: 'registry', values: [text], place: 'the command line', isIncomplete: false })
}

function registryIn(setting: Setting | undefined): string | undefined {
  const text = setting?.values[0]
  if (setting === undefined || text === undefined || text === '') return undefined
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return withSlash(`${url.origin}${url.pathname}`)
  const shown = JSON.stringify(text.slice(0, 80))
  throw userError('NPMRC_INVALID', `${setting.place} has the registry ${shown}, which is no http address`, {
    hint: 'write it with its protocol, for example http://127.0.0.1:4873/',
  })
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`
}

/** Certificates are read from disk once for each registry that has its own, and once for the others of an origin. */
function connections(
  settings: ReadonlyMap<string, Setting>,
  options: { readonly cwd: string; readonly home: string; readonly env: Environment },
): (url: URL) => Connection {
  const known = new Map<string, TlsSettings | undefined>()
  return (url) => {
    const proxy = proxyFor(url, settings, options.env)
    if (url.protocol !== 'https:') return { proxy, tls: undefined }
    const key = `${url.origin} ${certificateKey(url, settings) ?? ''}`
    if (!known.has(key)) known.set(key, tlsFor(url, { settings, ...options }))
    return { proxy, tls: known.get(key) }
  }
}

type NumberOption = Exclude<keyof HttpSettings, 'connectionFor'>

const NUMBERS: readonly (readonly [key: string, option: NumberOption])[] = [
  ['maxsockets', 'socketsMax'],
  ['fetch-retries', 'retries'],
  ['fetch-retry-mintimeout', 'retryMinMs'],
  ['fetch-retry-maxtimeout', 'retryMaxMs'],
  ['fetch-retry-factor', 'retryFactor'],
  ['fetch-timeout', 'idleTimeoutMs'],
]

/** As npm does: a number that is none is said and passed over. */
function readNumbers(settings: ReadonlyMap<string, Setting>): {
  readonly settings: Omit<HttpSettings, 'connectionFor'>
  readonly warnings: readonly string[]
} {
  const read: { -readonly [Option in NumberOption]?: number } = {}
  const warnings: string[] = []
  for (const [key, option] of NUMBERS) {
    const setting = settings.get(key)
    if (setting === undefined) continue
    const text = setting.values[0] ?? ''
    const number = Number(text)
    const isUsable =
      text !== '' && Number.isFinite(number) && number >= (key === 'maxsockets' || key === 'fetch-timeout' ? 1 : 0)
    if (isUsable) read[option] = number
    else
      warnings.push(
        `${setting.place} is ignored: "${key}" is ${JSON.stringify(text.slice(0, 40))}, not a usable number`,
      )
  }
  return { settings: read, warnings }
}
