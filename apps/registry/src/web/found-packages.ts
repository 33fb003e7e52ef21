/** What search and the front page list: packages of npm and of Hex, in one row. */
import { pageName } from '../hex/hex-descriptions.ts'
import { newestOf } from '../hex/services/hex-packages.ts'
import { parseSearch } from '../npm/registry-routes.ts'
import type { HexPackageHead } from '../ports/hex-index.ts'
import { seesAll } from '../services/visibility.ts'
import type { Registry } from '../registry.ts'
import type { Principal } from '../services/accounts.ts'

export const ecosystems = ['npm', 'hex'] as const
export type Ecosystem = (typeof ecosystems)[number]

export type FoundPackage = {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  /** ISO 8601. */
  readonly publishedAt: string
  readonly publishedBy: string
}

export type FoundPackages = {
  readonly hits: readonly FoundPackage[]
  /** Of all that match, in each world; exact. */
  readonly counts: Readonly<Record<Ecosystem, number>>
}

export type PackageQuestion = {
  readonly text: string
  /** Undefined: both. */
  readonly only: Ecosystem | undefined
  readonly from: number
  readonly size: number
  readonly principal: Principal | undefined
}

/** What only npm's search understands. */
const NPM_TERM = /(?:^|\s)(?:keywords|scope|author|maintainer):/

/** The Hex package of that very name comes first, then npm's in their order, then the other Hex packages by name. */
export async function findPackages(registry: Registry, question: PackageQuestion): Promise<FoundPackages> {
  const { text, only, from, size, principal } = question
  const heads = await hexHeads(registry, text, principal)
  const shown = only === 'npm' ? [] : heads
  const leading = shown.filter(({ name }) => name === text.toLowerCase())
  const others = shown.filter((head) => !leading.includes(head))
  const first = leading.slice(from, from + size)
  const npmSize = only === 'hex' ? 0 : size - first.length
  const range = { size: String(npmSize), from: String(Math.max(0, from - leading.length)) }
  const npm = await registry.index.search(parseSearch(text, range, seesAll(principal)))
  const npmHits = npm.hits.slice(0, npmSize)
  const npmTotal = only === 'hex' ? 0 : npm.total
  const last = Math.max(0, from - leading.length - npmTotal)
  const rest = others.slice(last, last + size - first.length - npmHits.length)
  return {
    hits: [
      ...(await described(registry, first)),
      ...npmHits.map((hit) => ({ ecosystem: 'npm' as const, ...hit })),
      ...(await described(registry, rest)),
    ],
    counts: { npm: npm.total, hex: heads.length },
  }
}

async function hexHeads(
  { hex }: Registry,
  text: string,
  principal: Principal | undefined,
): Promise<readonly HexPackageHead[]> {
  if (NPM_TERM.test(text)) return []
  return hex.packages.search(text, await hex.repositories.readable(principal))
}

async function described({ hex }: Registry, heads: readonly HexPackageHead[]): Promise<readonly FoundPackage[]> {
  const { main } = hex.repositories
  const all = await Promise.all(
    heads.map(async ({ repository, name }): Promise<readonly FoundPackage[]> => {
      const found = await hex.packages.get({ name: repository, main: repository === main }, name)
      const newest = found?.releases.find(({ version }) => version === newestOf(found.releases))
      // Reverted a moment ago.
      if (found === undefined || newest === undefined) return []
      return [
        {
          ecosystem: 'hex',
          name: pageName(found, main),
          version: newest.version,
          description: found.meta?.description ?? '',
          keywords: [],
          publishedAt: newest.publishedAt ?? '',
          publishedBy: newest.publishedBy ?? '',
        },
      ]
    }),
  )
  return all.flat()
}
