/** A package named on the command line, `name` or `name@range`, and where to ask about it. */
import { parsePackageName, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { withNetwork } from './network.ts'
import type { Network } from './open-network.ts'

export type RegistryOptions = {
  /** Instead of the one that is configured for the name. */
  readonly registry?: string
  /** A one-time password. */
  readonly otp?: string
}

export type PackageRequest = {
  readonly name: PackageName
  /** What follows the name: a version, a range or a tag. */
  readonly wanted: string | undefined
}

/** Throws `PACKAGE_NAME_INVALID`. */
export function parsePackageRequest(text: string): PackageRequest {
  const at = text.indexOf('@', 1)
  const name = parsePackageName(at < 0 ? text : text.slice(0, at), 'the command line')
  const wanted = at < 0 ? '' : text.slice(at + 1)
  return { name, wanted: wanted === '' ? undefined : wanted }
}

export type OpenRegistry = Network & {
  /** With a final slash. */
  readonly registry: string
  /** For the client's methods. */
  readonly write: { readonly registry: string; readonly otp?: string }
}

/** Opens the registry of a package, or the default one without a name. */
export async function atRegistry<Result>(
  context: OperationContext,
  { of: name, registry, otp }: RegistryOptions & { readonly of?: PackageName },
  use: (open: OpenRegistry) => Promise<Result>,
): Promise<Result> {
  return withNetwork(context, { directory: context.cwd, registry }, async (network) => {
    const address = name === undefined ? network.config.registry : network.config.registryFor(name)
    return use({ ...network, registry: address, write: { registry: address, ...(otp === undefined ? {} : { otp }) } })
  })
}

/** Throws `NOT_LOGGED_IN` before anything is asked of a registry that would refuse it. */
export function requireLogin({ config }: Network, registry: string, purpose: string): void {
  if (config.credentialsFor(registry) !== undefined) return
  throw userError('NOT_LOGGED_IN', `${purpose} needs a login at ${registry}`, { hint: 'log in with `alk login`' })
}
