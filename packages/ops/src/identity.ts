/** Who we are to a registry: login, logout, whoami. Tokens live in the user's `.npmrc`, where npm and pnpm find them. */
import { UserError, userError } from '@alkahest/core'
import { removeAuthToken, setAuthToken } from '@alkahest/npm-config'
import type { NpmConfig } from '@alkahest/npm-config'
import type { RegistryClient } from '@alkahest/registry-client'
import type { OperationContext } from './context.ts'
import { withNetwork } from './network.ts'
import type { IdentityReport } from './reports.ts'

export type RegistryChoice = {
  /** An address; stronger than `scope`. */
  readonly registry?: string
  /** `@team`: the registry configured for it. */
  readonly scope?: string
}

export type LoginOptions = RegistryChoice & {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly otp?: string
}

/** Makes the account when the registry allows it and there is none; keeps the token it gives. */
export async function login(context: OperationContext, options: LoginOptions): Promise<IdentityReport> {
  return withNetwork(context, { directory: context.cwd }, async ({ config, client }) => {
    const registry = chosenRegistry(config, options)
    const { email, otp } = options
    const token = await client.login(options.username, options.password, {
      registry,
      ...(email === undefined ? {} : { email }),
      ...(otp === undefined ? {} : { otp }),
    })
    await setAuthToken(config, registry, token)
    return { registry, username: options.username }
  })
}

/** Revokes the token at the registry and forgets it here; the username is empty when the registry did not know the token. */
export async function logout(context: OperationContext, options: RegistryChoice): Promise<IdentityReport> {
  return withNetwork(context, { directory: context.cwd }, async ({ config, client }) => {
    const registry = chosenRegistry(config, options)
    requireLogin(config, registry)
    const username = await usernameAt(client, registry)
    if (username !== '') await client.logout({ registry })
    await removeAuthToken(config, registry)
    return { registry, username }
  })
}

export async function whoami(context: OperationContext, options: RegistryChoice): Promise<IdentityReport> {
  return withNetwork(context, { directory: context.cwd }, async ({ config, client }) => {
    const registry = chosenRegistry(config, options)
    requireLogin(config, registry)
    return { registry, username: await client.whoami({ registry }) }
  })
}

function requireLogin(config: NpmConfig, registry: string): void {
  if (config.credentialsFor(registry) !== undefined) return
  throw userError('NOT_LOGGED_IN', `nobody is logged in to ${registry}`, { hint: 'log in with `alk login`' })
}

async function usernameAt(client: RegistryClient, registry: string): Promise<string> {
  try {
    return await client.whoami({ registry })
  } catch (error) {
    if (error instanceof UserError && error.code === 'REGISTRY_UNAUTHORIZED') return ''
    throw error
  }
}

function chosenRegistry(config: NpmConfig, choice: RegistryChoice): string {
  const chosen = choice.registry ?? (choice.scope === undefined ? undefined : config.registryForScope(choice.scope))
  return chosen === undefined ? config.registry : chosen.replace(/\/?$/, '/')
}
