/**
 * The `releases` of alkahest.config.ts, checked. It may be absent: then there is one release, named after the package,
 * with one child, the package's entry.
 */
import { asJsonObject, userError } from '@alkahest/core'

/** How a child that ended is treated: always started again; only when it failed; never. */
export type RestartKind = 'permanent' | 'transient' | 'temporary'

/** When a worker counts as ready: its first listening server; its entry has run; it sent `process.send('ready')`. */
export type ReadyKind = 'listening' | 'started' | 'message'

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one'

export type ChildConfiguration = {
  readonly name: string
  /** The member of the workspace whose program it is: POSIX path or name as configured, the path in a plan. */
  readonly member: string | undefined
  /** A JavaScript file, relative to the member, POSIX; undefined means the package's own entry. */
  readonly entry: string | undefined
  readonly instances: number
  readonly restart: RestartKind
  readonly ready: ReadyKind
  readonly readyMs: number
  /** How long it may drain and shut down before it is killed. */
  readonly shutdownMs: number
  /** So long the event loop may stand still before the worker is killed; 0: for ever. */
  readonly watchdogMs: number
  /** A worker that has more resident memory is replaced; 0: no limit. */
  readonly memoryMaxMb: number
  /** A path that must answer 2xx before the worker counts as healthy. */
  readonly health: string | undefined
  readonly env: Readonly<Record<string, string>>
}

export type ReleaseConfiguration = {
  readonly name: string
  readonly strategy: Strategy
  /** More restarts than this within `maxSeconds` stop the release. */
  readonly maxRestarts: number
  readonly maxSeconds: number
  readonly children: readonly ChildConfiguration[]
  /** Folders relative to the project whose files are laid over the release. */
  readonly overlays: readonly string[]
  /** Flags for the workers' Node, one per entry. */
  readonly nodeArgs: readonly string[]
  /** In order; `assemble` fills the tree, `tar` writes it, a function gets the release and returns it changed. */
  readonly steps: readonly ConfiguredStep[]
  /** The file of a minisign secret key, absolute or relative to the configuration; undefined: none is configured. */
  readonly signingKey: string | undefined
}

/** A function here is a `ReleaseStep`; what it takes and returns is checked where it runs. */
export type ConfiguredStep = 'assemble' | 'tar' | ((release: never) => unknown)

/** Mix's rule, and dashes, which names of npm packages have. */
const RELEASE_NAME = /^[a-z][a-z0-9_-]{0,63}$/
const INSTANCES_MAX = 1024
const CHILDREN_MAX = 100
/** 16 TiB. */
const MEMORY_MB_MAX = 16 * 1024 * 1024
/** One day: longer is a mistake in the unit. */
const DURATION_MS_MAX = 24 * 60 * 60 * 1000

/** Picks the release asked for, or the only one, or the default one; `packageName` names it when nothing is configured. */
export function parseReleaseConfiguration(
  value: unknown,
  wanted: string | undefined,
  packageName: string,
): ReleaseConfiguration {
  const releases = releasesOf(value)
  const names = Object.keys(releases)
  const name = wanted ?? (names.length > 1 ? undefined : (names[0] ?? packageName))
  if (name === undefined) {
    throw userError('RELEASE_NAME_MISSING', `alkahest.config.ts has ${names.length} releases: ${names.join(', ')}`, {
      hint: `say which: alk release ${names[0]}`,
    })
  }
  if (!RELEASE_NAME.test(name)) {
    throw userError('RELEASE_NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a release`, {
      hint: 'a name is a lower-case letter followed by up to 63 lower-case letters, digits, dashes and underscores; alk release NAME gives one',
    })
  }
  if (names.length > 0 && !names.includes(name)) {
    throw userError('RELEASE_NAME_MISSING', `alkahest.config.ts has no release named ${name}`, {
      hint: `it has ${names.join(', ')}`,
    })
  }
  return parseRelease(releases[name], name)
}

/** The names of what `releases` configures; none when it is absent. */
export function releaseNames(value: unknown): readonly string[] {
  return Object.keys(releasesOf(value))
}

/** Every release, checked. */
export function parseReleases(value: unknown): readonly ReleaseConfiguration[] {
  return Object.entries(releasesOf(value)).map(([name, release]) => parseRelease(release, name))
}

function releasesOf(value: unknown): Readonly<Record<string, unknown>> {
  const releases = value === undefined ? {} : asJsonObject(value)
  if (releases === undefined) throw invalid('releases', 'an object from names to releases')
  return releases
}

function parseRelease(value: unknown, name: string): ReleaseConfiguration {
  const place = `releases.${name}`
  const evaluated: unknown = typeof value === 'function' ? (value as () => unknown)() : (value ?? {})
  const document = asJsonObject(evaluated)
  if (document === undefined) throw invalid(place, 'an object or a function that returns one')
  const field = new Fields(document, place)
  return {
    name,
    strategy: field.choice('strategy', ['one_for_one', 'one_for_all', 'rest_for_one'], 'one_for_one'),
    maxRestarts: field.integer('maxRestarts', { least: 0, most: 1000, otherwise: 3 }),
    maxSeconds: field.integer('maxSeconds', { least: 1, most: 86_400, otherwise: 5 }),
    children: parseChildren(document, place, name),
    overlays: field.texts('overlays'),
    nodeArgs: field.texts('nodeArgs'),
    steps: parseSteps(document, place),
    signingKey: field.text('signingKey'),
  }
}

/** Mix's rule: `assemble` exactly once, `tar` exactly once and after it. */
function parseSteps(document: object, place: string): readonly ConfiguredStep[] {
  const { steps = ['assemble', 'tar'] } = document as { readonly steps?: unknown }
  const valid =
    Array.isArray(steps) && steps.every((step) => step === 'assemble' || step === 'tar' || typeof step === 'function')
  const built = valid ? steps.filter((step) => typeof step === 'string').join() : ''
  if (built !== 'assemble,tar')
    throw invalid(`${place}.steps`, 'a list of functions with "assemble" and, after it, "tar" in it')
  return steps as readonly ConfiguredStep[]
}

/** A release of one program says everything at its top; one of several has `children`, which are of its `member` unless they say. */
function parseChildren(document: object, place: string, name: string): readonly ChildConfiguration[] {
  const { children } = document as { readonly children?: unknown }
  const own = parseChild(document, place, name)
  if (children === undefined) return [own]
  const named = asJsonObject(children)
  const entries = Object.entries(named ?? {})
  if (named === undefined || entries.length === 0)
    throw invalid(`${place}.children`, 'an object from names to children')
  if (entries.length > CHILDREN_MAX) throw invalid(`${place}.children`, `at most ${CHILDREN_MAX} children`)
  return entries.map(([childName, child]) => {
    const childPlace = `${place}.children.${childName}`
    if (!RELEASE_NAME.test(childName))
      throw invalid(childPlace, 'named by lower-case letters, digits, dashes and underscores')
    const childDocument = asJsonObject(child)
    if (childDocument === undefined) throw invalid(childPlace, 'an object')
    const parsed = parseChild(childDocument, childPlace, childName)
    return { ...parsed, member: parsed.member ?? own.member }
  })
}

function parseChild(document: object, place: string, name: string): ChildConfiguration {
  const field = new Fields(document, place)
  return {
    name,
    member: field.text('member'),
    entry: field.text('entry'),
    instances: field.integer('instances', { least: 0, most: INSTANCES_MAX, otherwise: 1 }),
    restart: field.choice('restart', ['permanent', 'transient', 'temporary'], 'permanent'),
    ready: field.choice('ready', ['listening', 'started', 'message'], 'listening'),
    readyMs: field.integer('readyMs', { least: 1, most: DURATION_MS_MAX, otherwise: 30_000 }),
    shutdownMs: field.integer('shutdownMs', { least: 0, most: DURATION_MS_MAX, otherwise: 10_000 }),
    watchdogMs: field.integer('watchdogMs', { least: 0, most: DURATION_MS_MAX, otherwise: 60_000 }),
    memoryMaxMb: field.integer('memoryMaxMb', { least: 0, most: MEMORY_MB_MAX, otherwise: 0 }),
    health: parseHealth(field.text('health'), place),
    env: field.textRecord('env'),
  }
}

function parseHealth(path: string | undefined, place: string): string | undefined {
  if (path !== undefined && !/^\/[^\s]*$/.test(path)) throw invalid(`${place}.health`, 'a path that begins with /')
  return path
}

/** Typed access to one object, with errors that name the place. */
class Fields {
  readonly #document: Readonly<Record<string, unknown>>
  readonly #place: string

  constructor(document: object, place: string) {
    this.#document = document as Readonly<Record<string, unknown>>
    this.#place = place
  }

  text(key: string): string | undefined {
    const value = this.#document[key]
    if (value === undefined) return undefined
    if (typeof value !== 'string' || value === '') throw invalid(`${this.#place}.${key}`, 'a text')
    return value
  }

  texts(key: string): readonly string[] {
    const value = this.#document[key] ?? []
    if (
      !Array.isArray(value) ||
      value.some((entry) => typeof entry !== 'string' || entry === '' || entry.includes('\n'))
    ) {
      throw invalid(`${this.#place}.${key}`, 'a list of texts')
    }
    return value as readonly string[]
  }

  textRecord(key: string): Readonly<Record<string, string>> {
    const value = asJsonObject(this.#document[key] ?? {})
    if (value === undefined || Object.values(value).some((entry) => typeof entry !== 'string')) {
      throw invalid(`${this.#place}.${key}`, 'an object of texts')
    }
    return value as Readonly<Record<string, string>>
  }

  integer(key: string, limits: { readonly least: number; readonly most: number; readonly otherwise: number }): number {
    const value = this.#document[key] ?? limits.otherwise
    if (typeof value !== 'number' || !Number.isInteger(value) || value < limits.least || value > limits.most) {
      throw invalid(`${this.#place}.${key}`, `a whole number from ${limits.least} to ${limits.most}`)
    }
    return value
  }

  choice<const Choice extends string>(key: string, choices: readonly Choice[], otherwise: Choice): Choice {
    const value = this.#document[key] ?? otherwise
    const choice = choices.find((known) => known === value)
    if (choice === undefined) throw invalid(`${this.#place}.${key}`, `one of ${choices.join(', ')}`)
    return choice
  }
}

function invalid(place: string, wanted: string): Error {
  return userError('RELEASE_CONFIGURATION_INVALID', `${place} in alkahest.config.ts is not ${wanted}`)
}
