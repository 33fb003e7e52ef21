/**
 * alkahest.config.ts: what of a project needs code. Its default export is looked at once and becomes a checked value;
 * Node strips its types, so it needs no build and no import. Its fields are described in `config-types.ts`.
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { asJsonObject, userError } from '@alkahest/core'

export const configName = 'alkahest.config.ts'

export type ProjectConfig = {
  /** Absolute. */
  readonly path: string
  readonly tasks: Readonly<Record<string, TaskDefinition>>
  readonly aliases: Readonly<Record<string, Alias>>
  /** As exported; `release` checks it. */
  readonly releases: unknown
  /** By environment (`dev`, `test`, `prod` or any other name): variables that stand unless they are set already. */
  readonly envs: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** One command line, several of them, or code. */
export type Alias = readonly string[] | ((args: readonly string[]) => unknown)

export type TaskDefinition = {
  readonly description: string | undefined
  readonly options: Readonly<Record<string, TaskOption>>
  /** Tasks that run before it, each at most once per invocation. */
  readonly needs: readonly string[]
  /** The environment it prefers when ALK_ENV is not set. */
  readonly environment: string | undefined
  readonly run: (context: never) => unknown
}

export type TaskOption = {
  readonly type: 'string' | 'boolean' | 'number'
  readonly description: string | undefined
  /** One letter. */
  readonly short: string | undefined
  readonly default: string | boolean | number | undefined
  readonly choices: readonly string[] | undefined
}

const TASK_COUNT_MAX = 1000
const NAME = /^[a-z][a-z0-9._:-]{0,63}$/i
const FIELDS: readonly string[] = ['tasks', 'aliases', 'releases', 'envs']

/** Loads the configuration of a project folder (absolute), or undefined when it has none. Throws `CONFIG_INVALID`. */
export async function loadConfig(directory: string): Promise<ProjectConfig | undefined> {
  const path = join(directory, configName)
  if (!(await exists(path))) return undefined
  return parseConfig(await importDefault(path, directory), path)
}

/** Checks an exported configuration or throws `CONFIG_INVALID`, naming the field. */
export function parseConfig(value: unknown, path: string): ProjectConfig {
  const document = asRecord(value)
  if (document === undefined) throw invalid('its default export is not an object')
  const unknown = Object.keys(document).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) throw invalid(`it has no field "${unknown}": there are ${FIELDS.join(', ')}`)
  return {
    path,
    tasks: mapEntries(document.tasks, 'tasks', parseTask),
    aliases: mapEntries(document.aliases, 'aliases', parseAlias),
    releases: document.releases,
    envs: mapEntries(document.envs, 'envs', parseTexts),
  }
}

async function importDefault(path: string, directory: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    return module.default
  } catch (cause) {
    throw userError('CONFIG_INVALID', `${configName} cannot be loaded: ${describe(cause, directory)}`, { cause })
  }
}

/** The message of what the file threw, with the place in the project that threw it. */
function describe(thrown: unknown, directory: string): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const message = thrown.message.split('\n')[0] || thrown.name
  const stack = thrown.stack ?? ''
  const start = stack.indexOf(`${directory}/`)
  const place = start < 0 ? undefined : /^[^\s()]+?:\d+/.exec(stack.slice(start + directory.length + 1))
  return place === undefined || place === null ? message : `${message} (${place[0]})`
}

/** A function is a task of its own; an object says more about it. */
export function parseTask(value: unknown, place: string): TaskDefinition {
  if (typeof value === 'function') return parseTask({ run: value }, place)
  const document = asRecord(value)
  if (document === undefined) throw invalid(`${place} is neither a function nor an object with "run"`)
  const { description, options, needs = [], environment, run } = document
  if (typeof run !== 'function') throw invalid(`${place}.run is not a function`)
  if (!isTexts(needs)) throw invalid(`${place}.needs is not a list of names of tasks`)
  return {
    description: text(description, `${place}.description`),
    options: mapEntries(options, `${place}.options`, parseOption),
    needs,
    environment: text(environment, `${place}.environment`),
    run: run as TaskDefinition['run'],
  }
}

function parseOption(value: unknown, place: string): TaskOption {
  const document = asRecord(value)
  if (document === undefined) throw invalid(`${place} is not an object`)
  const { type, choices } = document
  if (type !== 'string' && type !== 'boolean' && type !== 'number')
    throw invalid(`${place}.type is not "string", "boolean" or "number"`)
  if (choices !== undefined && !isTexts(choices)) throw invalid(`${place}.choices is not a list of texts`)
  const short = text(document.short, `${place}.short`)
  if (short !== undefined && !/^[a-z]$/i.test(short)) throw invalid(`${place}.short is not one letter`)
  const standard = document.default
  if (standard !== undefined && typeof standard !== type) throw invalid(`${place}.default is not a ${type}`)
  return {
    type,
    description: text(document.description, `${place}.description`),
    short,
    default: standard as TaskOption['default'],
    choices,
  }
}

function parseAlias(value: unknown, place: string): Alias {
  if (typeof value === 'string') return [value]
  if (isTexts(value)) return value
  if (typeof value === 'function') return value as Alias
  throw invalid(`${place} is not a command line, a list of them or a function`)
}

function parseTexts(value: unknown, place: string): Readonly<Record<string, string>> {
  const document = asRecord(value)
  if (document === undefined || Object.values(document).some((entry) => typeof entry !== 'string')) {
    throw invalid(`${place} is not an object of texts`)
  }
  return document as Readonly<Record<string, string>>
}

function mapEntries<Result>(
  value: unknown,
  place: string,
  parse: (value: unknown, place: string) => Result,
): Readonly<Record<string, Result>> {
  const document = value === undefined ? {} : asRecord(value)
  if (document === undefined) throw invalid(`${place} is not an object`)
  const entries = Object.entries(document)
  if (entries.length > TASK_COUNT_MAX) throw invalid(`${place} has more than ${TASK_COUNT_MAX} entries`)
  return Object.fromEntries(
    entries.map(([name, entry]) => {
      if (!NAME.test(name))
        throw invalid(
          `${JSON.stringify(name)} in ${place} is no name: it takes letters, digits, dots, colons, dashes and underscores`,
        )
      return [name, parse(entry, `${place}.${name}`)]
    }),
  )
}

function text(value: unknown, place: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${place} is not a text`)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return asJsonObject(value)
}

function invalid(sentence: string): Error {
  return userError('CONFIG_INVALID', `${configName}: ${sentence}`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
