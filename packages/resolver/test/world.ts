/**
 * Worlds in one line per version, and a source over them that keeps the contract: it answers only what was asked for
 * through `needs`, and complains about a name that was asked for twice.
 *
 *     a 1.0.0: b ^1, optional c ^1, peer d ^2, peer? e *, deprecated, engine >=20, at 100, tag next
 *     root: a ^1, dev b ^2
 *     member packages/x 1.2.0 x: a ^1, peer react ^18
 *
 * `latest` is the highest release unless a line says `tag latest`. `at` is a time for release age.
 */
import { compareVersions, isPrerelease, memberId, parseManifest, parsePackageName, parseVersion } from '@alkahest/core'
import type { Candidate, Json, PackageName, PackageVersions, Resolution, Version } from '@alkahest/core'
import { resolve } from '@alkahest/resolver'
import type { ExternalRequest, PackageSource, Resolved, ResolveInput, ResolveOutcome } from '@alkahest/resolver'

type WorldVersion = { candidate: Candidate; at: number | undefined; tags: string[] }

export type World = {
  readonly packages: ReadonlyMap<string, readonly WorldVersion[]>
  readonly members: ResolveInput['members']
  readonly local: ReadonlySet<string>
}

const KINDS = {
  dev: 'devDependencies',
  optional: 'optionalDependencies',
  peer: 'peerDependencies',
  'peer?': 'peerDependencies',
} as const

export function parseWorld(text: string): World {
  const packages = new Map<string, WorldVersion[]>()
  const members: { path: string; manifest: ReturnType<typeof parseManifest> }[] = []
  const local = new Set<string>()
  for (const line of text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'))) {
    const colon = line.indexOf(':')
    const head = (colon < 0 ? line : line.slice(0, colon)).trim().split(/\s+/)
    const { fields, tags, at, isLocal } = readParts(colon < 0 ? '' : line.slice(colon + 1))
    const [name = '', version = ''] = head
    if (name === 'root')
      members.push({ path: '.', manifest: parseManifest({ name: 'app', version: '1.0.0', ...fields }, 'package.json') })
    else if (name === 'member') {
      const [, path = '', memberVersion, memberName = path.split('/').at(-1)] = head
      members.push({
        path,
        manifest: parseManifest(
          { name: memberName, ...(memberVersion === undefined ? {} : { version: memberVersion }), ...fields },
          `${path}/package.json`,
        ),
      })
    } else {
      if (isLocal) local.add(name)
      const known = packages.get(name) ?? []
      packages.set(name, [...known, { candidate: candidateOf(name, version, fields), at, tags }])
    }
  }
  return { packages, members, local }
}

function readParts(text: string): {
  fields: Record<string, Json>
  tags: string[]
  at: number | undefined
  isLocal: boolean
} {
  const fields: Record<string, Record<string, Json>> = {}
  const tags: string[] = []
  let at: number | undefined
  let isLocal = false
  for (const part of text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const [word = '', ...rest] = part.split(/\s+/)
    const [second = '', ...range] = rest
    if (word === 'deprecated') fields.deprecated = {}
    else if (word === 'local') isLocal = true
    else if (word === 'tag') tags.push(second)
    else if (word === 'at') at = Number(second)
    else if (word === 'engine') (fields.engines ??= {}).node = rest.join(' ')
    else if (word === 'bundle') (fields.bundled ??= {})[second] = true
    else if (word === 'override') Object.assign((fields.overrides ??= {}), nested(second.split('/'), range.join(' ')))
    else if (word === 'pnpm-override')
      fields.pnpm = { overrides: { ...(fields.pnpm?.overrides as Record<string, Json>), [second]: range.join(' ') } }
    else if (word === 'resolution') (fields.resolutions ??= {})[second] = range.join(' ')
    else if (word in KINDS) {
      ;(fields[KINDS[word as keyof typeof KINDS]] ??= {})[second] = range.join(' ')
      if (word === 'peer?') (fields.peerDependenciesMeta ??= {})[second] = { optional: true }
    } else (fields.dependencies ??= {})[word] = rest.join(' ')
  }
  return { fields, tags, at, isLocal }
}

/** `a/b 1`: npm's nested form, `{ a: { b: 1 } }`. */
function nested(path: readonly string[], value: string): Record<string, Json> {
  const [first = '', ...rest] = path
  return { [first]: rest.length === 0 ? value : nested(rest, value) }
}

function candidateOf(name: string, version: string, fields: Record<string, Json>): Candidate {
  const map = (key: string): Record<string, string> => (fields[key] ?? {}) as Record<string, string>
  return {
    name: parsePackageName(name),
    version: parseVersion(version),
    os: [],
    cpu: [],
    libc: [],
    dependencies: map('dependencies'),
    optionalDependencies: map('optionalDependencies'),
    peerDependencies: map('peerDependencies'),
    optionalPeers: Object.keys(map('peerDependenciesMeta')),
    bundled: Object.keys(map('bundled')),
    engines: map('engines'),
    bin: {},
    hasInstallScript: false,
    deprecated: 'deprecated' in fields ? 'use something else' : undefined,
    dist: { integrity: undefined, tarball: '', unpackedSize: undefined },
  }
}

export class WorldSource implements PackageSource {
  /** Names that were asked for and answered. */
  readonly loaded: Set<string> = new Set()
  rounds: number = 0
  documentsRead = 0
  private readonly answers = new Map<string, PackageVersions>()
  private readonly world: World
  private readonly externals: ReadonlyMap<string, Candidate>

  constructor(world: World, externals: ReadonlyMap<string, Candidate> = new Map()) {
    this.world = world
    this.externals = externals
  }

  load(names: readonly string[]): void {
    this.rounds++
    for (const name of names) {
      if (this.loaded.has(name)) throw new Error(`${name} was asked for twice`)
      this.loaded.add(name)
    }
  }

  packageVersions(name: PackageName): PackageVersions | 'missing' | undefined {
    if (!this.loaded.has(name)) return undefined
    const known = this.answers.get(name)
    if (known !== undefined) return known
    const entries = this.world.packages.get(name)
    if (entries === undefined) return 'missing'
    const sorted = entries.toSorted((a, b) => compareVersions(a.candidate.version, b.candidate.version))
    const releases = sorted.filter((one) => !isPrerelease(one.candidate.version))
    const distTags: Record<string, Version> = { latest: (releases.at(-1) ?? sorted.at(-1)!).candidate.version }
    for (const one of sorted) for (const tag of one.tags) distTags[tag] = one.candidate.version
    const answer: PackageVersions = {
      name,
      distTags,
      versions: sorted.map((one) => one.candidate.version),
      local: this.world.local.has(name),
      candidate: (version) => {
        this.documentsRead++
        return sorted.find((one) => one.candidate.version === version)?.candidate
      },
      publishedAt: (version) => sorted.find((one) => one.candidate.version === version)?.at,
    }
    this.answers.set(name, answer)
    return answer
  }

  external(request: ExternalRequest): { candidate: Candidate; source: never } | 'missing' | undefined {
    const key = request.kind === 'tarball' || request.kind === 'git' ? request.url : request.path
    const candidate = this.externals.get(key)
    if (candidate === undefined) return 'missing'
    const source = request.kind === 'git' ? { ...request, commit: request.committish ?? 'c0ffee' } : request
    return { candidate, source: source as never }
  }
}

export function inputOf(world: World, options: Partial<ResolveInput> = {}): ResolveInput {
  return {
    members: world.members,
    catalogs: {},
    locked: undefined,
    lockedSettings: undefined,
    unlock: 'none',
    dedupe: false,
    cutoff: undefined,
    before: undefined,
    nodeVersion: undefined,
    single: false,
    peers: 'new',
    direction: 'highest',
    ...options,
  }
}

/** Asks until there is an outcome, loading what is asked for. */
export function settle(input: ResolveInput, source: WorldSource): Exclude<ResolveOutcome, { kind: 'needs' }> {
  for (let round = 0; round < 100; round++) {
    const outcome = resolve(input, source)
    if (outcome.kind !== 'needs') return outcome
    source.load(outcome.names)
  }
  throw new Error('the resolver never stops asking')
}

export function outcomeOf(
  text: string,
  options: Partial<ResolveInput> = {},
): Exclude<ResolveOutcome, { kind: 'needs' }> {
  const world = parseWorld(text)
  return settle(inputOf(world, options), new WorldSource(world))
}

export function resolvedOf(text: string, options: Partial<ResolveInput> = {}): Resolved {
  const outcome = outcomeOf(text, options)
  if (outcome.kind !== 'resolved') throw new Error(outcome.failure.explanation.lines.join('\n'))
  return outcome
}

/** `a@1.0.0 b@2.0.0`: what was chosen, sorted; peers that were added for the root are marked with `+`. */
export function picksOf(text: string, options: Partial<ResolveInput> = {}): string {
  return picks(resolvedOf(text, options).resolution)
}

export function picks(resolution: Resolution): string {
  return resolution.packages.map((one) => one.id).join(' ')
}

/** The lines of the failure and its suggestions. */
export function failureOf(text: string, options: Partial<ResolveInput> = {}): string {
  const outcome = outcomeOf(text, options)
  if (outcome.kind === 'resolved') throw new Error(`it resolved: ${picks(outcome.resolution)}`)
  const { code, explanation } = outcome.failure
  return [code, ...explanation.lines, ...explanation.suggestions.map((one) => `Try: ${one.text}`)].join('\n')
}

/** Where a dependent's alias leads: `edge(resolution, 'a@1.0.0', 'b')`. */
export function edge(resolution: Resolution, from: string, alias: string): string | undefined {
  const member = resolution.members.find((one) => memberId(one.path) === from || one.path === from)
  const edges = member?.edges ?? resolution.packages.find((one) => one.id === from)?.edges ?? []
  return edges.find((one) => one.alias === alias)?.target
}
