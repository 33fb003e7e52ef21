/** `alk token`: what lets programs in. A token is shown when it is made and never again. */
import type { JsonObject } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { atRegistry, requireLogin } from './package-request.ts'
import type { RegistryOptions } from './package-request.ts'
import type { NewTokenReport, RevokedTokenReport, TokenReport, TokensReport } from './package-reports.ts'

export async function listTokens(context: OperationContext, options: RegistryOptions): Promise<TokensReport> {
  return atRegistry(context, options, async (open) => {
    requireLogin(open, open.registry, 'listing tokens')
    return { registry: open.registry, tokens: (await open.client.tokens(open.write)).map(tokenReport) }
  })
}

export type CreateTokenOptions = RegistryOptions & {
  readonly password: string
  readonly name?: string
  readonly readOnly?: boolean
  /** Days until it ends by itself. */
  readonly expires?: number
  /** Names and scopes that it is for; all when there are none. */
  readonly packages?: readonly string[]
  /** Address ranges that it works from (CIDR). */
  readonly addresses?: readonly string[]
}

export async function createToken(context: OperationContext, options: CreateTokenOptions): Promise<NewTokenReport> {
  return atRegistry(context, options, async (open) => {
    requireLogin(open, open.registry, 'making a token')
    const { password, name, readOnly = false, expires, packages = [], addresses = [] } = options
    const request = {
      password,
      readonly: readOnly,
      cidr_whitelist: addresses,
      ...(name === undefined ? {} : { name }),
      ...(expires === undefined ? {} : { expires }),
      ...(packages.length === 0 ? {} : { packages }),
    }
    const made = await open.client.createToken(request, open.write)
    return { registry: open.registry, ...tokenReport(made), token: textOf(made.token) ?? '' }
  })
}

export type RevokeTokenOptions = RegistryOptions & { readonly key: string }

export async function revokeToken(context: OperationContext, options: RevokeTokenOptions): Promise<RevokedTokenReport> {
  return atRegistry(context, options, async (open) => {
    requireLogin(open, open.registry, 'revoking a token')
    await open.client.revokeToken(options.key, open.write)
    return { registry: open.registry, key: options.key }
  })
}

function tokenReport(entry: JsonObject): TokenReport {
  return {
    key: textOf(entry.key) ?? '',
    name: textOf(entry.name) ?? '',
    readOnly: entry.readonly === true,
    created: textOf(entry.created),
    expires: textOf(entry.expiry) ?? textOf(entry.expires),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
