/** One package whatever it comes from: ours by its rows, the upstream's by its verified record. What the API and the pages tell of it. */
import type {
  HexBlob,
  HexIndex,
  HexOwner,
  HexPackageHead,
  HexPackageRecord,
  HexRetirement,
} from '../../ports/hex-index.ts'
import { compareHexVersions, isPrereleaseVersion } from '../formats/hex-version.ts'
import type { PackageMessage, ReleaseMessage } from '../formats/registry-messages.ts'
import type { HexContents, HexContentsReader } from './hex-contents.ts'
import type { HexRepository } from './hex-repositories.ts'
import type { HexUpstream } from './hex-upstream.ts'
import { factsOf } from './release-facts.ts'
import type { PackageMeta, ReleaseFacts } from './release-facts.ts'

/** In characters; what is beyond is not looked for. */
const SEARCH_LENGTH_MAX = 200

export type HexPackageFacts = {
  readonly repository: string
  readonly name: string
  /** None of one from the upstream: it does not say. */
  readonly owners: readonly HexOwner[]
  /** ISO 8601; undefined when the upstream does not say. */
  readonly createdAt: string | undefined
  readonly modifiedAt: string | undefined
  /** Of the release published last; undefined for one from the upstream, whose tarballs say it. */
  readonly meta: PackageMeta | undefined
  readonly origin: 'local' | 'upstream'
  /** The newest first; one at least. */
  readonly releases: readonly HexReleaseFacts[]
}

export type HexReleaseFacts = {
  readonly version: string
  /** SHA-256 in hexadecimal digits. */
  readonly outerChecksum: string | undefined
  readonly requirements: ReleaseFacts['requirements']
  /** Undefined for one from the upstream, whose record does not say. */
  readonly tools: HexTools | undefined
  readonly tarball: HexBlob | undefined
  readonly documentation: HexBlob | undefined
  readonly retirement: HexRetirement | undefined
  readonly publishedAt: string | undefined
  readonly publishedBy: string | undefined
}

export type HexTools = {
  /** The OTP application. */
  readonly app: string
  readonly buildTools: readonly string[]
  /** What it requires of Elixir itself. */
  readonly elixir: string | null | undefined
}

/** A package whose newest release needs another one. */
export type HexDependent = { readonly repository: string; readonly name: string; readonly requirement: string }

export type HexPackagesOptions = {
  readonly index: HexIndex
  readonly contents: HexContentsReader
  readonly upstream: HexUpstream | undefined
}

export class HexPackages {
  readonly #options: HexPackagesOptions

  constructor(options: HexPackagesOptions) {
    this.#options = options
  }

  /** Undefined when nobody has it, or no release of it is left. That the caller may see the repository is for him to check. */
  async get(repository: Pick<HexRepository, 'name' | 'main'>, name: string): Promise<HexPackageFacts | undefined> {
    const record = await this.#options.index.package(repository.name, name)
    if (record !== undefined) return record.releases.length === 0 ? undefined : localFacts(record)
    const found = repository.main ? await this.#options.upstream?.package(name) : undefined
    return found === undefined || found.message.releases.length === 0 ? undefined : upstreamFacts(found.message)
  }

  /** Ours, by name: those whose name, description or publisher hold all the words. */
  search(text: string, repositories: readonly HexRepository[]): Promise<readonly HexPackageHead[]> {
    const words = text
      .slice(0, SEARCH_LENGTH_MAX)
      .toLowerCase()
      // `name:foo*` and the like are the public server's; their words are what is looked for.
      .replaceAll(/\b[a-z_]+:/g, '')
      .split(/[\s*"]+/)
      .filter((word) => word !== '')
    return this.#options.index.search(
      repositories.map(({ name }) => name),
      words,
    )
  }

  /** What stands in the release's tarball, fetched from the upstream when it must be; undefined when there is none. */
  async contents(found: HexPackageFacts, release: HexReleaseFacts): Promise<HexContents | undefined> {
    const { contents, upstream } = this.#options
    const blob = release.tarball ?? (await upstream?.tarball(found.name, release.version))
    return blob === undefined ? undefined : contents.read(blob, `${found.name} ${release.version}`)
  }

  /** By name, of packages in the repositories given. */
  async dependents(
    of: { readonly repository: string; readonly name: string },
    repositories: readonly string[],
  ): Promise<readonly HexDependent[]> {
    const found: HexDependent[] = []
    for (const { repository, name, versions } of await this.#options.index.mentioning(of.name, repositories)) {
      const newest = newestOf(versions)
      const needed = versions
        .filter(({ version }) => version === newest)
        .flatMap((release) => factsOf(release).requirements)
        .find((each) => each.name === of.name && each.repository === of.repository)
      if (needed !== undefined) found.push({ repository, name, requirement: needed.requirement })
    }
    return found
  }
}

/** The newest stable one, else the newest. */
export function newestOf(versions: readonly { readonly version: string }[]): string {
  const sorted = versions.map(({ version }) => version).toSorted((left, right) => compareHexVersions(right, left))
  return sorted.find((version) => !isPrereleaseVersion(version)) ?? sorted[0] ?? ''
}

function localFacts(record: HexPackageRecord): HexPackageFacts {
  const releases = record.releases.map((release): HexReleaseFacts => {
    const { requirements, ...tools } = factsOf(release)
    return { ...release, requirements, tools }
  })
  return { ...record, meta: record.meta as unknown as PackageMeta, origin: 'local', releases: newestFirst(releases) }
}

function upstreamFacts({ name, repository, releases }: PackageMessage): HexPackageFacts {
  const facts = newestFirst(releases.map((release) => upstreamRelease(release, repository)))
  const instants = facts.flatMap(({ publishedAt }) => publishedAt ?? []).toSorted()
  return {
    repository,
    name,
    owners: [],
    createdAt: instants[0],
    modifiedAt: instants.at(-1),
    meta: undefined,
    origin: 'upstream',
    releases: facts,
  }
}

function upstreamRelease(release: ReleaseMessage, repository: string): HexReleaseFacts {
  const { version, outerChecksum, retirement, publishedAt } = release
  return {
    version,
    outerChecksum,
    requirements: release.dependencies.map((dependency) => ({
      name: dependency.package,
      app: dependency.app ?? dependency.package,
      optional: dependency.optional,
      requirement: dependency.requirement,
      repository: dependency.repository ?? repository,
    })),
    tools: undefined,
    tarball: undefined,
    documentation: undefined,
    retirement: retirement === undefined ? undefined : { reason: retirement.reason, message: retirement.message },
    publishedAt: publishedAt === undefined ? undefined : new Date(publishedAt.seconds * 1000).toISOString(),
    publishedBy: undefined,
  }
}

function newestFirst(releases: readonly HexReleaseFacts[]): readonly HexReleaseFacts[] {
  return releases.toSorted((left, right) => compareHexVersions(right.version, left.version))
}
