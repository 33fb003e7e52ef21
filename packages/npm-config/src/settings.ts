/**
 * Every setting with the place it comes from, the strongest source winning: environment, project, user, global.
 * Values are texts; what they mean is decided by whoever asks for them.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { userError } from '@alkahest/core'
import { parse } from 'ini'
import { expandVariables } from './variables.ts'

/** Real files are below a kilobyte; certificates written into one make some tens. */
const NPMRC_SIZE_MAX = 1024 * 1024

export type Setting = {
  readonly key: string
  /** More than one only for `key[]`. */
  readonly values: readonly string[]
  /** `/home/me/.npmrc:3`, or the variable's name. */
  readonly place: string
  /** It names a variable of the environment that is not set. */
  readonly isIncomplete: boolean
}

export type Settings = {
  readonly byKey: ReadonlyMap<string, Setting>
  readonly userConfigFile: string
  readonly warnings: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

export type ReadSettingsOptions = {
  readonly cwd: string
  readonly home: string
  readonly env: Environment
}

/** Reads all sources. Throws `NPMRC_UNREADABLE` for a file that exists and cannot be read. */
export async function readSettings(options: ReadSettingsOptions): Promise<Settings> {
  const { cwd, home, env } = options
  const environment = readEnvironment(env)
  const setting = (key: string): string | undefined => environment.find((entry) => entry.key === key)?.values[0]
  const userConfigFile = expandHome(setting('userconfig') ?? join(home, '.npmrc'), options)
  const projectFile = join(cwd, '.npmrc')
  const [project, user] = await Promise.all([
    projectFile === userConfigFile ? [] : readNpmrc(projectFile, env),
    readNpmrc(userConfigFile, env),
  ])
  const userSetting = (key: string): string | undefined => user.find((entry) => entry.key === key)?.values[0]
  const prefix = setting('prefix') ?? userSetting('prefix') ?? env.PREFIX ?? dirname(dirname(process.execPath))
  const globalFile = setting('globalconfig') ?? userSetting('globalconfig') ?? join(prefix, 'etc', 'npmrc')
  const global = await readNpmrc(expandHome(globalFile, options), env)
  return { userConfigFile, ...merge([...global, ...user, ...project, ...environment]) }
}

/** `~/` and relative paths, as npm reads them. */
export function expandHome(path: string, options: { readonly cwd: string; readonly home: string }): string {
  return /^~[/\\]/.test(path) ? resolve(options.home, path.slice(2)) : resolve(options.cwd, path)
}

/**
 * `npm_config_fetch_retries` is `fetch-retries`, in any case; a first underscore stays (`npm_config__auth`), and so do
 * keys that begin with the address of a registry. An empty value counts as unset.
 */
function readEnvironment(env: Environment): readonly Setting[] {
  const settings: Setting[] = []
  for (const [variable, value] of Object.entries(env)) {
    if (value === undefined || value === '' || !/^npm_config_/i.test(variable)) continue
    const name = variable.slice('npm_config_'.length)
    const key = name.startsWith('//') ? name : name.replace(/(?!^)_/g, '-').toLowerCase()
    // Lists travel in one variable with an empty line between their entries.
    settings.push(expandSetting({ key, values: value.split('\n\n'), place: variable }, env))
  }
  return settings
}

async function readNpmrc(file: string, env: Environment): Promise<readonly Setting[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw userError('NPMRC_UNREADABLE', `${file} cannot be read (${code ?? String(cause)})`, { cause })
  }
  if (text.length > NPMRC_SIZE_MAX) throw userError('NPMRC_INVALID', `${file} is over ${NPMRC_SIZE_MAX} characters`)
  return parseNpmrc(text, file, env)
}

function parseNpmrc(text: string, file: string, env: Environment): readonly Setting[] {
  const settings: Setting[] = []
  for (const [rawKey, value] of Object.entries(parse(text.replace(/^\uFEFF/, '')))) {
    const values = Array.isArray(value) ? value : [value]
    if (values.some((entry) => typeof entry === 'object' && entry !== null)) continue // a [section]: npm has none
    const texts = values.map((entry) => String(entry))
    settings.push(expandSetting({ key: rawKey, values: texts, place: `${file}:${lineOf(text, rawKey)}` }, env))
  }
  return settings
}

function expandSetting(setting: Omit<Setting, 'isIncomplete'>, env: Environment): Setting {
  const key = expandVariables(setting.key, env)
  const values = setting.values.map((value) => expandVariables(value.trim(), env))
  return {
    key: key.text,
    values: values.map((value) => value.text),
    place: setting.place,
    isIncomplete: key.isIncomplete || values.some((value) => value.isIncomplete),
  }
}

/** Where the key stands last: that line wins. */
function lineOf(text: string, key: string): number {
  const lines = text.split('\n')
  const index = lines.findLastIndex((line) => line.replace(/["']/g, '').trim().startsWith(key))
  return index + 1
}

function merge(weakestFirst: readonly Setting[]): Pick<Settings, 'byKey' | 'warnings'> {
  const byKey = new Map<string, Setting>()
  const warnings: string[] = []
  for (const setting of weakestFirst) {
    if (!setting.isIncomplete) {
      byKey.set(setting.key, setting)
    } else {
      byKey.delete(setting.key)
      warnings.push(`${setting.place} is ignored: "${setting.key}" names an environment variable that is not set`)
    }
  }
  return { byKey, warnings }
}
