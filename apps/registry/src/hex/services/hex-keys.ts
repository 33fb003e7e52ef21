/**
 * What a key may do. Hex's permissions stand in a token's list of packages as patterns that no npm name can have, so that a key made for Hex is
 * good for nothing on the npm side; a token without a list may do whatever its account may.
 */
import type { Principal } from '../../services/accounts.ts'
import type { TokenRecord } from '../../ports/package-index.ts'
import { hexRefusals } from '../hex-refusal.ts'

export type HexPermission = {
  readonly domain: 'api' | 'repository' | 'repositories' | 'package' | 'docs'
  readonly resource?: string
}

export type HexAction =
  | { readonly kind: 'api'; readonly write: boolean; readonly repository?: string; readonly name?: string }
  /** Reading a private repository. */
  | { readonly kind: 'repository'; readonly repository: string }

const PREFIX = 'hex:'
const PERMISSION_COUNT_MAX = 100
const RESOURCE = /^[a-z0-9_.-]{1,255}(?:\/[a-z0-9_]{1,255})?$/

/** Reads the permissions of a request; none means the whole API, as Hex has it. Throws a 422. */
export function readPermissions(value: unknown): readonly HexPermission[] {
  if (value === undefined || value === null) return [{ domain: 'api' }]
  if (!Array.isArray(value) || value.length > PERMISSION_COUNT_MAX) throw invalid('is invalid')
  if (value.length === 0) return [{ domain: 'api' }]
  return value.map(readPermission)
}

function readPermission(value: unknown): HexPermission {
  const { domain, resource } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const text = resource === undefined || resource === null || resource === '' ? undefined : resource
  if (text !== undefined && (typeof text !== 'string' || !RESOURCE.test(text))) throw invalid('has a wrong resource')
  switch (domain) {
    case 'api':
      if (text !== undefined && text !== 'read' && text !== 'write')
        throw invalid('the resource of api is read or write')
      return { domain, ...(text === undefined ? {} : { resource: text }) }
    case 'repositories':
      return { domain }
    case 'repository':
    case 'package':
    case 'docs':
      if (text === undefined) throw invalid(`${domain} needs a resource`)
      return { domain, resource: text }
    default:
      throw invalid('has a domain that is none of api, repository, repositories, package, docs')
  }
}

function invalid(sentence: string): Error {
  return hexRefusals.validation({ permissions: sentence })
}

/** How a token keeps its permissions. */
export function tokenLimits(permissions: readonly HexPermission[]): {
  readonly readOnly: boolean
  readonly packages: readonly string[]
} {
  const writes = ({ domain, resource }: HexPermission): boolean =>
    domain === 'package' || (domain === 'api' && resource !== 'read')
  return {
    readOnly: !permissions.some(writes),
    packages: permissions.map(
      ({ domain, resource }) => `${PREFIX}${domain}${resource === undefined ? '' : `:${resource}`}`,
    ),
  }
}

/** Whether it was made for Hex and for nothing else. */
export function isHexKey({ packages }: TokenRecord): boolean {
  return packages.length > 0 && packages.every((pattern) => pattern.startsWith(PREFIX))
}

export function permissionsOf(token: TokenRecord): readonly HexPermission[] {
  if (token.packages.length === 0) {
    return [{ domain: 'api', ...(token.readOnly ? { resource: 'read' } : {}) }, { domain: 'repositories' }]
  }
  return token.packages.flatMap((pattern): HexPermission[] => {
    if (!pattern.startsWith(PREFIX)) return []
    const [domain, resource] = pattern.slice(PREFIX.length).split(':', 2) as [
      HexPermission['domain'],
      string | undefined,
    ]
    return [{ domain, ...(resource === undefined ? {} : { resource }) }]
  })
}

/** Whether the key that was sent allows it; a password allows everything. What the account may do is asked elsewhere. */
export function keyAllows({ token }: Principal, action: HexAction): boolean {
  if (token === undefined) return true
  return permissionsOf(token).some((permission) => permits(permission, action))
}

/** A 401 in Hex's words when it does not. */
export function requireKey(principal: Principal | undefined, action: HexAction): Principal {
  if (principal === undefined) throw hexRefusals.unauthenticated()
  if (!keyAllows(principal, action)) throw hexRefusals.keyNotFor()
  return principal
}

function permits({ domain, resource }: HexPermission, action: HexAction): boolean {
  if (action.kind === 'repository')
    return domain === 'repositories' || (domain === 'repository' && resource === action.repository)
  if (domain === 'api') return !action.write || resource !== 'read'
  // `repository/name`, or the name alone.
  return (
    domain === 'package' &&
    action.name !== undefined &&
    (resource === action.name || resource === `${action.repository}/${action.name}`)
  )
}

/** `name`, `name-2`, ...: as Hex names the second of a name. */
export function freeName(name: string, tokens: readonly TokenRecord[]): string {
  const taken = new Set(tokens.map((token) => token.name))
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name}-${count}`
  return free
}
