/**
 * The token of a registry in the user's own `.npmrc`, where npm and pnpm find it too. Every other line stays as it is,
 * byte for byte; the file is replaced by rename and belongs to its owner alone (mode 0600).
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { parse, safe } from 'ini'
import { nerfDart } from './nerf-dart.ts'

/** npm's are 40 characters long, signed ones some hundreds. */
const TOKEN_LENGTH_MAX = 4096

type File = { readonly userConfigFile: string }

/** Puts the token in, in the place of an older one. Throws `TOKEN_INVALID` and `NPMRC_UNWRITABLE`. */
export async function setAuthToken(config: File, registry: string, token: string): Promise<void> {
  // `${` would be taken for a variable by whoever reads the file.
  if (!/^[\u0021-\u007e]+$/.test(token) || token.length > TOKEN_LENGTH_MAX || token.includes('${')) {
    throw userError('TOKEN_INVALID', `${registry} gave a token that no .npmrc can hold`)
  }
  const key = `${nerfDart(registry)}:_authToken`
  const line = `${key}=${safe(token)}`
  invariant(parse(line)[key] === token, 'a token reads back as it was written')
  await rewrite(config.userConfigFile, (text) => withLine(text, key, line))
}

/** Takes out what proves who we are to the registry, passwords too, as `npm logout` does. Tells whether there was anything. */
export async function removeAuthToken(config: File, registry: string): Promise<boolean> {
  const dart = nerfDart(registry)
  const bare = dart.replace(/\/$/, '')
  const names = ['_authToken', '_auth', 'username', '_password', 'email']
  const keys = new Set([dart, bare].flatMap((start) => names.map((name) => `${start}:${name}`)))
  let removed = false
  await rewrite(config.userConfigFile, (text) => {
    const kept = linesOf(text).filter((line) => !keys.has(keyOf(line) ?? ''))
    removed = kept.length < linesOf(text).length
    return kept.join('')
  })
  return removed
}

/** The last line with the key wins for every reader, so that one is replaced and the others go. */
function withLine(text: string, key: string, line: string): string {
  const lines = linesOf(text)
  const last = lines.findLastIndex((existing) => keyOf(existing) === key)
  if (last >= 0) {
    const ending = /\r?\n$/.exec(lines[last] ?? '')?.[0] ?? ''
    return lines
      .map((existing, index) => (index === last ? line + ending : existing))
      .filter((existing, index) => index === last || keyOf(existing) !== key)
      .join('')
  }
  // Below a [section] the key would belong to it.
  const section = lines.findIndex((existing) => /^\s*\[/.test(existing))
  const before = lines.slice(0, section < 0 ? lines.length : section).join('')
  const after = section < 0 ? '' : lines.slice(section).join('')
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n${after}`
}

/** Each with its line ending. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function keyOf(line: string): string | undefined {
  const [key] = Object.keys(parse(line))
  return /^\s*\[/.test(line) ? undefined : key
}

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  let temporary: string | undefined
  try {
    // People keep this file elsewhere and link to it: the link stays.
    const file = await realpath(path).catch(() => path)
    const text = await readOrEmpty(file)
    const changed = change(text)
    if (changed === text) return
    await mkdir(dirname(file), { recursive: true })
    temporary = join(dirname(file), `.npmrc.${randomBytes(6).toString('hex')}.tmp`)
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(changed)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true })
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw userError('NPMRC_UNWRITABLE', `${path} cannot be written (${code})`, { cause })
  }
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
