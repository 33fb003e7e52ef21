/** What a release's row keeps of its metadata: what records and the API need of it. */
import type { JsonObject } from '@alkahest/core'
import type { HexReleaseRecord } from '../../ports/hex-index.ts'
import type { HexMetadata, HexRequirement } from '../formats/hex-metadata.ts'

export type ReleaseFacts = {
  readonly app: string
  readonly buildTools: readonly string[]
  readonly elixir: string | null
  /** Their repositories decided: see `HexPublishing`. */
  readonly requirements: readonly (Omit<HexRequirement, 'repository'> & { readonly repository: string })[]
}

export type PackageMeta = {
  readonly description: string
  readonly licenses: readonly string[]
  readonly links: Readonly<Record<string, string>>
  readonly maintainers: readonly string[]
}

export function releaseFacts(metadata: HexMetadata, requirements: ReleaseFacts['requirements']): JsonObject {
  const { app, buildTools, elixir } = metadata
  return { app, buildTools, elixir: elixir ?? null, requirements } satisfies ReleaseFacts
}

export function factsOf(release: Pick<HexReleaseRecord, 'facts'>): ReleaseFacts {
  return release.facts as unknown as ReleaseFacts
}

export function packageMeta({ description, licenses, links, maintainers }: HexMetadata): JsonObject {
  return { description, licenses, links, maintainers } satisfies PackageMeta
}
