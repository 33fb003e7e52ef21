/** Reads `releases/VERSION/release.json`. Format: docs/formats/release.md#releasejson */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, messageOf } from './failure.ts'

export type RestartKind = 'permanent' | 'transient' | 'temporary'
export type ReadyKind = 'listening' | 'started' | 'message'
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one'

export type ChildDocument = {
  readonly name: string
  /** Of the package whose program it is: relative to the version's `app` folder, `.` for that; absolute in development. */
  readonly folder: string
  /** Relative to that folder. */
  readonly entry: string
  readonly instances: number
  readonly restart: RestartKind
  readonly ready: ReadyKind
  readonly readyMs: number
  readonly shutdownMs: number
  /** So long the event loop may stand still before the worker is killed; 0: for ever. */
  readonly watchdogMs: number
  /** A worker that has more resident memory is replaced; 0: no limit. */
  readonly memoryMaxMb: number
  /** A path that must answer 2xx; undefined: being ready is enough. */
  readonly health: string | undefined
  readonly env: Readonly<Record<string, string>>
}

export type ReleaseDocument = {
  readonly name: string
  readonly version: string
  readonly target: string
  readonly runtime: string
  readonly strategy: Strategy
  readonly maxRestarts: number
  readonly maxSeconds: number
  readonly children: readonly ChildDocument[]
}

/** What this supervisor can read. */
const DOCUMENT_VERSION = 1

/** What can be read of a version that an older or newer Alkahest made. */
export type ReleaseIdentity = Pick<ReleaseDocument, 'name' | 'version' | 'target'>

export function readReleaseIdentity(root: string, version: string): ReleaseIdentity {
  const { document, file } = readFields(root, version)
  return {
    name: textOf(document, 'name', file),
    version: textOf(document, 'version', file),
    target: textOf(document, 'target', file),
  }
}

/** Throws a `ConfigurationError` that names the file and what is wrong with it. */
export function readReleaseDocument(root: string, version: string): ReleaseDocument {
  const { document, file } = readFields(root, version)
  if (document.alkahest !== DOCUMENT_VERSION) {
    throw new ConfigurationError(
      `${file} has format ${String(document.alkahest)}, this supervisor reads ${DOCUMENT_VERSION}`,
    )
  }
  const { children } = document
  if (!Array.isArray(children) || children.length === 0) throw new ConfigurationError(`${file}: children is not a list`)
  return {
    ...readReleaseIdentity(root, version),
    runtime: textOf(objectOf(document.runtime, file), 'version', file),
    strategy: choiceOf(document, 'strategy', { file, choices: ['one_for_one', 'one_for_all', 'rest_for_one'] }),
    maxRestarts: numberOf(document, 'maxRestarts', file),
    maxSeconds: numberOf(document, 'maxSeconds', file),
    children: children.map((child: unknown) => childOf(objectOf(child, file), file)),
  }
}

function readFields(root: string, version: string): { readonly document: Fields; readonly file: string } {
  const file = join(root, 'releases', version, 'release.json')
  try {
    return { document: objectOf(JSON.parse(readFileSync(file, 'utf8')), file), file }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(`${file} cannot be read: ${messageOf(error)}`)
  }
}

type Fields = Readonly<Record<string, unknown>>

function childOf(child: Fields, file: string): ChildDocument {
  return {
    name: textOf(child, 'name', file),
    folder: child.folder === undefined ? '.' : textOf(child, 'folder', file),
    entry: textOf(child, 'entry', file),
    instances: numberOf(child, 'instances', file),
    restart: choiceOf(child, 'restart', { file, choices: ['permanent', 'transient', 'temporary'] }),
    ready: choiceOf(child, 'ready', { file, choices: ['listening', 'started', 'message'] }),
    readyMs: numberOf(child, 'readyMs', file),
    shutdownMs: numberOf(child, 'shutdownMs', file),
    watchdogMs: numberOf(child, 'watchdogMs', file),
    memoryMaxMb: numberOf(child, 'memoryMaxMb', file),
    health: child.health === undefined ? undefined : textOf(child, 'health', file),
    env: Object.fromEntries(Object.entries(objectOf(child.env, file)).map(([name, value]) => [name, String(value)])),
  }
}

function objectOf(value: unknown, file: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new ConfigurationError(`${file} does not hold what it should: an object is missing`)
}

function textOf(fields: Fields, key: string, file: string): string {
  const value = fields[key]
  if (typeof value === 'string' && value !== '') return value
  throw new ConfigurationError(`${file}: ${key} is not a text`)
}

function numberOf(fields: Fields, key: string, file: string): number {
  const value = fields[key]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new ConfigurationError(`${file}: ${key} is not a whole number`)
}

function choiceOf<const Choice extends string>(
  fields: Fields,
  key: string,
  { file, choices }: { readonly file: string; readonly choices: readonly Choice[] },
): Choice {
  const choice = choices.find((known) => known === fields[key])
  if (choice !== undefined) return choice
  throw new ConfigurationError(`${file}: ${key} is not one of ${choices.join(', ')}`)
}
