/**
 * The configuration at boot: the default export of `config.mjs`, or what it returns. The supervisor evaluates it once, so
 * that all workers of a version see the same values.
 */
import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { Environment } from './environment.ts'
import { ConfigurationError, messageOf } from './failure.ts'
import { makeProviders } from './providers.ts'
import { Secrets } from './secrets.ts'

export type Configuration = {
  /** Added to the environment of the workers; what is set outside is not overridden. */
  readonly env: Readonly<Record<string, string>>
}

/** `fresh`: evaluated again in a process that did so before. Modules that it imports are not. */
export async function evaluateConfiguration(
  environment: Pick<Environment, 'config' | 'root' | 'name' | 'version' | 'variables'>,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<Configuration> {
  const { config, root, name, version, variables } = environment
  const secrets = new Secrets(variables)
  try {
    const url = pathToFileURL(config)
    if (fresh) url.search = `?${randomUUID()}`
    const module = (await import(url.href)) as { readonly default?: unknown }
    const { default: exported = {} } = module
    const value: unknown =
      typeof exported === 'function'
        ? await (exported as (input: object) => unknown)({
            env: variables,
            name,
            version,
            ...makeProviders(root, variables, secrets),
          })
        : exported
    return { env: environmentOf(value, config) }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(`${config} failed: ${secrets.redact(messageOf(error))}`)
  }
}

function environmentOf(value: unknown, file: string): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) throw new ConfigurationError(`${file} does not give an object`)
  const { env = {} } = value as { readonly env?: unknown }
  if (typeof env !== 'object' || env === null || Object.values(env).some((entry) => typeof entry !== 'string')) {
    throw new ConfigurationError(`${file}: env is not an object of texts`)
  }
  return env as Readonly<Record<string, string>>
}

/** Names alone: values may be secrets. */
export function changedNames(before: Configuration['env'], after: Configuration['env']): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => before[name] !== after[name]).toSorted()
}
