/**
 * Large graphs with the shape of real ones, the same every day: layers of packages with ten versions each, caret ranges
 * into the layers below, a few peers on names that the project has, members that share most of what they need.
 */
import { parseManifest, parsePackageName, parseVersion } from '@alkahest/core'
import type { Candidate, PackageName, PackageVersions } from '@alkahest/core'
import type { PackageSource, ResolveInput } from '@alkahest/resolver'

export type GeneratedGraph = {
  readonly members: ResolveInput['members']
  readonly source: PackageSource
  /** Version objects that were looked at so far, each once. */
  readonly documentsRead: () => number
}

export type GraphSize = { readonly packages: number; readonly members: number }

const VERSIONS_EACH = 10
const DEPENDENCIES_MAX = 5
const DIRECT_EACH = 40

/** Packages depend on what stands near them. */
const NEAR = 150

export function generateGraph({ packages, members }: GraphSize): GeneratedGraph {
  const random = sequence(packages * 31 + members)
  const read = new Set<string>()
  const known = new Map<PackageName, PackageVersions>()
  for (let index = 0; index < packages; index++) {
    known.set(nameOf(index), versionsOf(index, { packages, random, onRead: (id) => read.add(id) }))
  }
  return {
    members: Array.from({ length: members }, (_, index) => memberOf(index, { packages, members, random })),
    source: { packageVersions: (name) => known.get(name) ?? 'missing', external: () => 'missing' },
    documentsRead: () => read.size,
  }
}

type Random = (below: number) => number

function versionsOf(
  index: number,
  { packages, random, onRead }: { packages: number; random: Random; onRead: (id: string) => void },
): PackageVersions {
  const name = nameOf(index)
  const asked = dependenciesOf(index, packages, random)
  // As in real graphs, what asks for peers stands near the top: plugins, components, bindings.
  const hasPeer = index > 20 && index < packages / 6 && index % 4 === 0
  const candidates = Array.from({ length: VERSIONS_EACH }, (_, at): Candidate => {
    // Two majors; what the older one asks is older too.
    const version = at < VERSIONS_EACH / 2 ? `1.${at}.0` : `2.${at - VERSIONS_EACH / 2}.0`
    return candidateOf(name, version, {
      dependencies: Object.fromEntries(asked.map(([target, major]) => [nameOf(target), `^${at < 2 ? 1 : major}.0.0`])),
      peers: hasPeer ? { [nameOf(index % 10)]: '^2.0.0' } : {},
    })
  })
  return {
    name,
    distTags: { latest: candidates.at(-1)!.version },
    versions: candidates.map(({ version }) => version),
    local: false,
    candidate: (version) => {
      onRead(`${name}@${version}`)
      return candidates.find((one) => one.version === version)
    },
    publishedAt: () => undefined,
  }
}

/** Every package has one that depends on it: the one at a tenth of its place. */
function dependenciesOf(index: number, packages: number, random: Random): readonly (readonly [number, number])[] {
  const targets = new Map<number, number>()
  for (let place = index * 10; place < Math.min(index * 10 + 10, packages); place++) {
    if (place > index) targets.set(place, 2)
  }
  const near = Math.min(NEAR, packages - index - 1)
  for (let count = near === 0 ? 0 : random(DEPENDENCIES_MAX); count > 0; count--) {
    targets.set(index + 1 + random(near), random(10) === 0 ? 1 : 2)
  }
  return [...targets]
}

function memberOf(
  index: number,
  { packages, members, random }: { packages: number; members: number; random: Random },
): ResolveInput['members'][number] {
  const direct = [
    ...Array.from({ length: 20 }, (_, at) => at),
    ...Array.from({ length: DIRECT_EACH }, () => random(packages)),
  ]
  const path = index === 0 ? '.' : `packages/m${index}`
  const manifest = {
    name: index === 0 ? 'app' : `m${index}`,
    version: '1.0.0',
    dependencies: Object.fromEntries(direct.map((target) => [nameOf(target), '^2.0.0'])),
    ...(index + 1 < members && index > 0 ? { devDependencies: { [`m${index + 1}`]: 'workspace:*' } } : {}),
  }
  return { path, manifest: parseManifest(manifest, `${path}/package.json`) }
}

function candidateOf(
  name: PackageName,
  version: string,
  { dependencies, peers }: { dependencies: Record<string, string>; peers: Record<string, string> },
): Candidate {
  return {
    name,
    version: parseVersion(version),
    os: [],
    cpu: [],
    libc: [],
    dependencies,
    optionalDependencies: {},
    peerDependencies: peers,
    optionalPeers: [],
    bundled: [],
    engines: {},
    bin: {},
    hasInstallScript: false,
    deprecated: undefined,
    dist: { integrity: undefined, tarball: '', unpackedSize: undefined },
  }
}

function nameOf(index: number): PackageName {
  return parsePackageName(`package-${index}`)
}

/** Numbers that look random and are the same each time (a linear congruence modulo 2^31). */
function sequence(seed: number): Random {
  let state = seed & 0x7fffffff
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}
