/**
 * Where configuration comes from at boot: what `config.mjs` is given besides the environment. Each provider says in one
 * sentence what it could not read, never what it read.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { ConfigurationError, messageOf } from './failure.ts'
import { Secrets } from './secrets.ts'

/** A command that computes a secret answers within this, or not at all. */
const COMMAND_MS = 30_000
const OUTPUT_MAX = 1024 * 1024

export type Providers = {
  /** A JSON file; relative paths are below the release's root. */
  readonly jsonFile: (path: string) => unknown
  /** A credential that systemd passes on (`LoadCredential=`), without its last line end. */
  readonly credential: (name: string) => string
  /** What a program prints, without its last line end; no shell is involved. */
  readonly command: (program: string, ...args: readonly string[]) => string
  /** The value as any Standard Schema (zod, valibot, arktype, ...) gives it back; every problem is told at once. */
  readonly validate: (schema: unknown, value: unknown) => Promise<unknown>
}

/** Everything that they give is noted among the secrets, which no error may repeat. */
export function makeProviders(
  root: string,
  variables: NodeJS.ProcessEnv,
  secrets: Secrets = new Secrets(variables),
): Providers {
  return {
    jsonFile: (path) => secrets.note(readJson(isAbsolute(path) ? path : join(root, path))),
    credential: (name) => secrets.note(readCredential(name, variables.CREDENTIALS_DIRECTORY)),
    command: (program, ...args) => secrets.note(runCommand(program, args, variables)),
    validate: async (schema, value) => await validateWith(schema, secrets.note(value), secrets),
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // The words of a parser quote what it read, which may be a secret.
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError(`${file} ${code === undefined ? 'is not JSON' : `cannot be read (${code})`}`)
  }
}

function readCredential(name: string, directory: string | undefined): string {
  if (directory === undefined) throw new ConfigurationError(`the credential ${name} is wanted, but systemd passed none`)
  if (!/^[\w.-]+$/.test(name))
    throw new ConfigurationError(`${JSON.stringify(name)} cannot be the name of a credential`)
  try {
    return readFileSync(join(directory, name), 'utf8').replace(/\n$/, '')
  } catch (error) {
    throw new ConfigurationError(`the credential ${name} cannot be read: ${messageOf(error)}`)
  }
}

function runCommand(program: string, args: readonly string[], variables: NodeJS.ProcessEnv): string {
  try {
    const output = execFileSync(program, [...args], {
      env: variables,
      encoding: 'utf8',
      timeout: COMMAND_MS,
      maxBuffer: OUTPUT_MAX,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return output.replace(/\n$/, '')
  } catch (error) {
    const { status, code } = error as { readonly status?: number | null; readonly code?: string }
    throw new ConfigurationError(`${program} failed (${code ?? `exit code ${String(status)}`})`)
  }
}

type Issue = { readonly message: string; readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] }
type StandardSchema = {
  readonly '~standard': { readonly validate: (value: unknown) => Promise<Outcome> | Outcome }
}
type Outcome = { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly Issue[] }

async function validateWith(schema: unknown, value: unknown, secrets: Secrets): Promise<unknown> {
  const standard = (schema as Partial<StandardSchema> | undefined)?.['~standard']
  if (standard === undefined) throw new ConfigurationError('what config.mjs validates with is not a Standard Schema')
  const outcome = await standard.validate(value)
  if (outcome.issues === undefined) return outcome.value
  const lines = outcome.issues.map(({ path = [], message }) => {
    const names = path.map((step) => String(typeof step === 'object' ? step.key : step))
    return `  ${names.length === 0 ? '(the whole)' : names.join('.')}: ${secrets.redact(message)}`
  })
  throw new ConfigurationError(['the configuration is not valid:', ...lines].join('\n'))
}
