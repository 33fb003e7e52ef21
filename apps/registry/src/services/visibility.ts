/** Who sees what: a restricted package is there for those who are signed in, and with a token for some packages only when it is one of them. */
import type { PackageName } from '@alkahest/core'
import type { TokenRecord } from '../ports/package-index.ts'
import type { Principal } from './accounts.ts'

/** Whether a token is for the package: one without a list is for all of them. */
export function tokenCovers({ packages }: Pick<TokenRecord, 'packages'>, name: PackageName): boolean {
  return (
    packages.length === 0 ||
    packages.some((pattern) => pattern === name || (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1))))
  )
}

/** What one may not see is answered like what does not exist. */
export function maySee(
  { name, restricted }: { readonly name: PackageName; readonly restricted: boolean },
  principal: Principal | undefined,
): boolean {
  if (!restricted) return true
  return principal !== undefined && (principal.token === undefined || tokenCovers(principal.token, name))
}

/** Whether every restricted package may be seen: what lists and searches go by. A token for some packages finds the public ones there. */
export function seesAll(principal: Principal | undefined): boolean {
  return principal !== undefined && (principal.token === undefined || principal.token.packages.length === 0)
}
