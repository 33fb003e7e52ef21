/**
 * In which environment something runs, and what its variables are. Three are usual: `dev`, `test` and `prod`. From strong
 * to weak: what is set already, `.env.NAME.local`, `.env.local`, `.env.NAME`, `.env`, `envs` of alkahest.config.ts.
 */
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { userError } from '@alkahest/core'
import { readTextFile } from './file.ts'

export type Environment = {
  /** `ALK_ENV`. */
  readonly name: string
  /** All variables, those that were set already among them. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The files that gave some, relative to the project. */
  readonly files: readonly string[]
}

export type EnvironmentOptions = {
  /** The project's folder, absolute. */
  readonly directory: string
  /** What is set already, usually `process.env`. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** What the command prefers when ALK_ENV is not set: `test` for tests, `prod` for releases. */
  readonly preferred?: string
  /** `envs` of the configuration. */
  readonly configured?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const ENVIRONMENT_FILE_LENGTH_MAX = 1024 * 1024

/** What other programs know the usual environments as. */
const NODE_ENVIRONMENTS: Readonly<Record<string, string>> = { dev: 'development', test: 'test', prod: 'production' }

/** Throws `ENVIRONMENT_INVALID` for a name that cannot stand in a file's name. */
export async function loadEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const name = options.variables.ALK_ENV || options.preferred || 'dev'
  if (!/^[a-z][a-z0-9_-]{0,31}$/i.test(name)) {
    throw userError(
      'ENVIRONMENT_INVALID',
      `ALK_ENV is ${JSON.stringify(name.slice(0, 80))}, which is no name of an environment`,
      {
        hint: 'use dev, test, prod or another word of letters, digits, dashes and underscores',
      },
    )
  }
  // What a developer keeps for himself must not decide whether tests pass.
  const local = name === 'test' ? [] : ['.env.local']
  const files: string[] = []
  const found: Record<string, string | undefined>[] = []
  for (const file of ['.env', `.env.${name}`, ...local, `.env.${name}.local`]) {
    const text = await readTextFile(join(options.directory, file), file)
    if (text === undefined) continue
    if (text.length > ENVIRONMENT_FILE_LENGTH_MAX)
      throw userError('ENVIRONMENT_INVALID', `${file} is over ${ENVIRONMENT_FILE_LENGTH_MAX} characters`)
    files.push(file)
    found.push(parseEnv(text))
  }
  const usual = NODE_ENVIRONMENTS[name]
  const own = { ALK_ENV: name, ...(usual === undefined ? {} : { NODE_ENV: usual }) }
  const configured = Object.hasOwn(options.configured ?? {}, name) ? options.configured?.[name] : {}
  const set = Object.fromEntries(Object.entries(options.variables).filter(([, value]) => value !== undefined))
  return { name, variables: Object.assign({}, own, configured, ...found, set) as Environment['variables'], files }
}
