/**
 * What the registry is told: flag over environment over file over default, every value checked by the same rule wherever it came from. A wrong
 * value names its place; an unknown key in the file is wrong as well, since it would otherwise do nothing, silently.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asJsonObject, isPackageName, parseJson, userError } from '@alkahest/core'
import { isAddressRange } from './services/addresses.ts'
import type { UpstreamRule } from './services/names.ts'

export type Configuration = {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Absolute. */
  readonly data: string
  /** `postgres://...`; undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined
  /** `none`, or an address; undefined is what npm is configured for. */
  readonly upstream: string | undefined
  /** Further upstreams for some names, asked before the main one. */
  readonly upstreams: readonly UpstreamRule[]
  /** Hosts beside the main upstream's own from which its tarballs may come. */
  readonly upstreamHosts: readonly string[]
  /** With a trailing slash; undefined: made from host and port. */
  readonly publicUrl: string | undefined
  readonly claims: readonly string[]
  /** Addresses and CIDR ranges of the proxies in front: only what they say about who asks is believed. */
  readonly trustProxy: readonly string[]
  readonly signUp: 'open' | 'closed' | undefined
  readonly accessLog: 'file' | 'stdout' | 'none'
  /** In seconds. */
  readonly upstreamMaxAge: number
  /** In seconds: how long "not found" is believed. */
  readonly upstreamNegativeMaxAge: number
  /** In seconds: an upstream that sends nothing for this long has failed. */
  readonly upstreamTimeout: number
  /** In minutes: younger versions of the upstream are held back; 0: none. */
  readonly upstreamQuarantine: number
  /** Names that may come from upstreams (`name`, `@scope/*`, `prefix-*`); empty: all. */
  readonly upstreamAllow: readonly string[]
  /** Names and `name@version` that may not. */
  readonly upstreamDeny: readonly string[]
  /** In bytes, packed. */
  readonly tarballSizeMax: number
  /** Versions that one account may publish in a minute; 0: no limit. */
  readonly publishesPerMinute: number
  /** What the main Hex repository calls itself in its records, and clients must call it. */
  readonly hexRepository: string
  /** A Hex repository whose packages are passed on, with a trailing slash; or `none`. */
  readonly hexUpstream: string
  /** A file with the public key of that repository. */
  readonly hexUpstreamKey: string | undefined
  /** A key for a repository that is not open to everybody. */
  readonly hexUpstreamToken: string | undefined
  /** What that repository calls itself. */
  readonly hexUpstreamRepository: string
}

type Setting<Value> = {
  /** What a right value is, to end the sentence "... is not". */
  readonly wanted: string
  /** Undefined when the value is wrong. Texts come from flags and the environment, JSON values from the file. */
  readonly read: (value: unknown) => Value | undefined
  readonly fallback: Value | undefined
}

const PORT_MAX = 65_535
const SECONDS_MAX = 366 * 24 * 60 * 60
const TARBALL_SIZE_MAX = 2 * 1024 * 1024 * 1024
const PUBLISHES_MAX = 1_000_000
const CONFIGURATION_LENGTH_MAX = 1024 * 1024

const settings: { readonly [Key in keyof Configuration]: Setting<Configuration[Key]> } = {
  host: { wanted: 'a host or an address to listen on', read: readText, fallback: '127.0.0.1' },
  port: { wanted: `a port from 0 to ${PORT_MAX}`, read: (value) => readInteger(value, PORT_MAX), fallback: 4873 },
  data: { wanted: 'a folder', read: readText, fallback: './alkahest-registry' },
  databaseUrl: { wanted: 'an address that begins with postgres://', read: readDatabaseUrl, fallback: undefined },
  upstream: {
    wanted: 'an http(s) address or "none"',
    read: (value) => (value === 'none' ? 'none' : readUrl(value)),
    fallback: undefined,
  },
  upstreams: { wanted: 'a list of {"url", "names", "token"?, "hosts"?}', read: readUpstreams, fallback: [] },
  upstreamHosts: { wanted: 'a list of hosts', read: readList, fallback: [] },
  publicUrl: { wanted: 'an http(s) address', read: readUrl, fallback: undefined },
  claims: { wanted: 'a list of package names and @scopes', read: readClaims, fallback: [] },
  trustProxy: { wanted: 'a list of addresses and CIDR ranges', read: readRanges, fallback: [] },
  signUp: {
    wanted: '"open" or "closed"',
    read: (value) => readOneOf(value, ['open', 'closed'] as const),
    fallback: undefined,
  },
  accessLog: {
    wanted: '"file", "stdout" or "none"',
    read: (value) => readOneOf(value, ['file', 'stdout', 'none'] as const),
    fallback: 'file',
  },
  upstreamMaxAge: { wanted: 'a number of seconds', read: (value) => readInteger(value, SECONDS_MAX), fallback: 300 },
  upstreamNegativeMaxAge: {
    wanted: 'a number of seconds',
    read: (value) => readInteger(value, SECONDS_MAX),
    fallback: 60,
  },
  upstreamTimeout: {
    wanted: 'a number of seconds from 1',
    read: (value) => (readInteger(value, SECONDS_MAX) === 0 ? undefined : readInteger(value, SECONDS_MAX)),
    fallback: 30,
  },
  upstreamQuarantine: {
    wanted: 'a number of minutes',
    read: (value) => readInteger(value, SECONDS_MAX / 60),
    fallback: 0,
  },
  upstreamAllow: { wanted: 'a list of package names', read: readList, fallback: [] },
  upstreamDeny: { wanted: 'a list of package names and name@version', read: readList, fallback: [] },
  tarballSizeMax: {
    wanted: 'a number of bytes',
    read: (value) => readInteger(value, TARBALL_SIZE_MAX),
    fallback: 256 * 1024 * 1024,
  },
  publishesPerMinute: {
    wanted: 'a number of publishes',
    read: (value) => readInteger(value, PUBLISHES_MAX),
    fallback: 1000,
  },
  hexRepository: { wanted: 'a name of letters, digits and underscores', read: readHexName, fallback: 'alkahest' },
  hexUpstream: {
    wanted: 'an http(s) address or "none"',
    read: (value) => (value === 'none' ? 'none' : readUrl(value)),
    fallback: 'none',
  },
  hexUpstreamKey: { wanted: 'a file', read: readText, fallback: undefined },
  hexUpstreamToken: { wanted: 'a key', read: readToken, fallback: undefined },
  hexUpstreamRepository: {
    wanted: 'a name of letters, digits and underscores',
    read: readHexName,
    fallback: 'hexpm',
  },
}

export type ConfigurationSources = {
  /** By their names without dashes in front: `public-url`. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** Throws `REGISTRY_CONFIGURATION_INVALID`, naming the place and what was wanted. */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const file = sources.flags.config ?? sources.env.ALKAHEST_REGISTRY_CONFIG
  const document = file === undefined ? {} : await readConfigurationFile(resolve(sources.cwd, file), file)
  const found: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings) as [keyof Configuration, Setting<unknown>][]) {
    found[key] = pick(key, setting, [
      { place: `--${flagOf(key)}`, value: sources.flags[flagOf(key)] },
      { place: environmentOf(key), value: emptyAsAbsent(sources.env[environmentOf(key)]) },
      { place: `"${key}" in ${file ?? ''}`, value: document[key] },
    ])
  }
  const configuration = found as unknown as Configuration
  return { ...configuration, data: resolve(sources.cwd, configuration.data) }
}

/** `publicUrl` is `--public-url`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function environmentOf(key: string): string {
  return `ALKAHEST_REGISTRY_${flagOf(key).replaceAll('-', '_').toUpperCase()}`
}

function emptyAsAbsent(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

type Place = { readonly place: string; readonly value: unknown }

function pick(key: string, setting: Setting<unknown>, places: readonly Place[]): unknown {
  const given = places.find(({ value }) => value !== undefined)
  if (given === undefined) return setting.fallback
  const value = setting.read(given.value)
  if (value === undefined) {
    throw userError(
      'REGISTRY_CONFIGURATION_INVALID',
      `${given.place} is ${show(key, given.value)}, which is not ${setting.wanted}`,
    )
  }
  return value
}

const SECRETS: ReadonlySet<string> = new Set(['upstreams', 'databaseUrl', 'hexUpstreamToken'])

/** Never a token in a message. */
function show(key: string, value: unknown): string {
  return SECRETS.has(key) ? 'a value' : JSON.stringify(value).slice(0, 200)
}

async function readConfigurationFile(path: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw userError('REGISTRY_CONFIGURATION_INVALID', `the configuration file ${shown} cannot be read`, { cause })
  }
  const document = asJsonObject(parseJson(text, shown, { lengthMax: CONFIGURATION_LENGTH_MAX }))
  if (document === undefined) throw userError('REGISTRY_CONFIGURATION_INVALID', `${shown} does not hold a JSON object`)
  for (const key of Object.keys(document)) {
    if (key === '$schema' || key in settings) continue
    throw userError('REGISTRY_CONFIGURATION_INVALID', `"${key}" in ${shown} is not a setting`, {
      hint: `the settings are ${Object.keys(settings).join(', ')}`,
    })
  }
  return document
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined
}

/** What can stand in a header. */
function readToken(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value) ? value : undefined
}

function readHexName(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,99}$/.test(value) ? value : undefined
}

function readInteger(value: unknown, max: number): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= max ? number : undefined
}

function readUrl(value: unknown): string | undefined {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return undefined
  return url.href.replace(/\/?$/, '/')
}

function readDatabaseUrl(value: unknown): string | undefined {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) ? url.href : undefined
}

function readOneOf<Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === value)
}

/** In flags and the environment a list is separated by commas. */
function readList(value: unknown): readonly string[] | undefined {
  const list: unknown = typeof value === 'string' ? value.split(/[\s,]+/).filter((entry) => entry !== '') : value
  return Array.isArray(list) && list.every((entry) => typeof entry === 'string') ? list : undefined
}

function readRanges(value: unknown): readonly string[] | undefined {
  const ranges = readList(value)
  return ranges?.every(isAddressRange) === true ? ranges : undefined
}

function readClaims(value: unknown): readonly string[] | undefined {
  const claims = readList(value)
  return claims?.every(isClaim) === true ? claims : undefined
}

/** A package name, `@scope`, `@scope/*`, or a name of Hex: `hex:name`. */
export function isClaim(text: string): boolean {
  return /^hex:[a-z][a-z0-9_]*$/.test(text) || isPackageName(text) || isPackageName(`${text.replace(/\/\*$/, '')}/name`)
}

function readUpstreams(value: unknown): readonly UpstreamRule[] | undefined {
  const list: unknown = typeof value === 'string' ? parseJson(value, 'ALKAHEST_REGISTRY_UPSTREAMS') : value
  if (!Array.isArray(list)) return undefined
  const rules = list.map(readUpstream)
  return rules.every((rule) => rule !== undefined) ? rules : undefined
}

function readUpstream(value: unknown): UpstreamRule | undefined {
  const document = asJsonObject(value)
  const url = readUrl(document?.url)
  const names = readList(document?.names ?? [])
  const hosts = readList(document?.hosts ?? [])
  const token = document?.token
  if (url === undefined || names === undefined || hosts === undefined) return undefined
  if (token !== undefined && typeof token !== 'string') return undefined
  return { url, names, hosts, token }
}
