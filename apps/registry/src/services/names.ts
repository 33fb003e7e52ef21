/**
 * Whose a name is. One that was ever published here, or that a claim covers, is ours and the upstream is never asked about it; every other is the
 * upstream's, whole. This one decision is what keeps a public package from taking the place of a private one.
 */
import { scopeOf } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import type { ClaimIndex, PackageHead, PackageIndex } from '../ports/package-index.ts'

export type Standing =
  | { readonly kind: 'local'; readonly head: PackageHead }
  /** Ours by a claim, but nothing is published under it yet. */
  | { readonly kind: 'claimed'; readonly claim: string }
  | { readonly kind: 'upstream'; readonly upstream: UpstreamRule }
  | { readonly kind: 'nowhere' }

export type Explanation = { readonly name: PackageName; readonly standing: Standing['kind']; readonly because: string }

export type UpstreamRule = {
  /** With a trailing slash. */
  readonly url: string
  /** `name`, `@scope/*`, `prefix-*`; empty: every name. */
  readonly names: readonly string[]
  readonly token: string | undefined
  /** Hex servers take a key as it is, npm's after `Bearer`. */
  readonly tokenScheme?: 'none'
  /** Hosts beside the upstream's own from which its tarballs may come. */
  readonly hosts: readonly string[]
}

export type NamesOptions = {
  readonly index: PackageIndex & ClaimIndex
  /** From the configuration; those made by command stand in the index. */
  readonly claims: readonly string[]
  /** In order: the first whose rule has the name is asked. */
  readonly upstreams: readonly UpstreamRule[]
}

export class Names {
  readonly #options: NamesOptions

  constructor(options: NamesOptions) {
    this.#options = options
  }

  async standing(name: PackageName): Promise<Standing> {
    const head = await this.#options.index.head(name)
    if (head !== undefined) return { kind: 'local', head }
    const claim = await this.claimOn(name)
    if (claim !== undefined) return { kind: 'claimed', claim }
    const upstream = this.#options.upstreams.find((rule) => coversName(rule.names, name))
    return upstream === undefined ? { kind: 'nowhere' } : { kind: 'upstream', upstream }
  }

  /** For people: where the name comes from here, and why. */
  async explain(name: PackageName): Promise<Explanation> {
    const standing = await this.standing(name)
    switch (standing.kind) {
      case 'local': {
        const owners = standing.head.owners.join(', ')
        return {
          name,
          standing: 'local',
          because: `${name} was published here and belongs to ${owners}: no upstream is asked about it`,
        }
      }
      case 'claimed':
        return {
          name,
          standing: 'claimed',
          because: `${name} is claimed by ${standing.claim}, and nothing was published under it: no upstream is asked about it`,
        }
      case 'upstream': {
        const rule =
          standing.upstream.names.length === 0
            ? 'asked about every other name'
            : `asked about ${standing.upstream.names.join(', ')}`
        return { name, standing: 'upstream', because: `${name} comes from ${standing.upstream.url}, which is ${rule}` }
      }
      case 'nowhere':
        return {
          name,
          standing: 'nowhere',
          because: `${name} was not published here, and no upstream is configured for it`,
        }
    }
  }

  /** The claim that covers the name, or undefined. */
  async claimOn(name: PackageName): Promise<string | undefined> {
    const claims = [...this.#options.claims, ...(await this.#options.index.claims())]
    return claims.find((claim) => claim === name || claim === scopeOf(name) || claim === `${scopeOf(name)}/*`)
  }
}

/** Whether one of the patterns is the name or, ending in `*`, its beginning; no patterns cover everything. */
export function coversName(patterns: readonly string[], name: PackageName): boolean {
  if (patterns.length === 0) return true
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name))
}
