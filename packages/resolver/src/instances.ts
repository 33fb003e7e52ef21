/**
 * Instances: packages with the peers they see. A pure function of the resolution, computed after solving and never stored.
 * An instance is named by its content, over strongly connected components where peers see each other
 * (docs/internals/resolver.md, "Instances").
 */
import { createHash } from 'node:crypto'
import { memberId, memberPathOf, plainInstanceId } from '@alkahest/core'
import type {
  Instance,
  InstanceGraph,
  InstanceId,
  MemberInstance,
  PackageId,
  ResolvedMember,
  Resolution,
} from '@alkahest/core'
import { buildSites } from './sites.ts'
import type { Provision, Site } from './sites.ts'
import { stronglyConnected } from './strongly-connected.ts'

/** Hexadecimal digits of the content hash in an instance's id: 2^40 contents per package. */
const HASH_LENGTH = 10

/** Binds every peer and names every instance. Deterministic: the order of the resolution's lists never shows. */
export function computeInstances(resolution: Resolution): InstanceGraph {
  const { sites, members, siteOf } = buildSites(resolution)
  const names = nameSites(sites, siteOf)
  const idOf = (target: Site | PackageId): InstanceId =>
    typeof target === 'string' ? plainInstanceId(target) : (names[target.index] ?? plainInstanceId(target.package.id))
  const memberInstances = members.map(({ member, targets }) => memberInstance(member, targets, idOf))
  const instances = new Map<InstanceId, Instance>()
  for (const site of sites) {
    const id = idOf(site)
    if (!instances.has(id)) instances.set(id, instanceOf(site, { id, idOf, siteOf }))
  }
  const flagged = withFlags(memberInstances, instances)
  return {
    members: memberInstances,
    instances: new Map([...flagged].sort(([left], [right]) => (left < right ? -1 : 1))),
  }
}

type Naming = {
  readonly id: InstanceId
  readonly idOf: (target: Site | PackageId) => InstanceId
  readonly siteOf: (provision: Provision) => Site | PackageId
}

function instanceOf(site: Site, { id, idOf, siteOf }: Naming): Instance {
  const peers = new Map<string, InstanceId>()
  for (const { name } of site.package.peers) {
    const provision = site.bound.get(name)
    if (provision !== undefined) peers.set(name, idOf(siteOf(provision)))
  }
  const dependencies = new Map<string, InstanceId>()
  for (const [alias, target] of site.children) dependencies.set(alias, idOf(target))
  return { id, package: site.package, dependencies, peers, optional: true, development: true }
}

function memberInstance(
  member: ResolvedMember,
  targets: ReadonlyMap<string, Site | PackageId>,
  idOf: Naming['idOf'],
): MemberInstance {
  const dependencies = member.edges.flatMap((edge) => {
    const target = targets.get(edge.alias)
    return target === undefined ? [] : [{ alias: edge.alias, kind: edge.kind, target: idOf(target) }]
  })
  return {
    id: plainInstanceId(memberId(member.path)),
    path: member.path,
    name: member.name,
    version: member.version,
    dependencies: dependencies.sort((left, right) => (left.alias < right.alias ? -1 : 1)),
  }
}

/**
 * The id of a package that sees nothing is the package's own. Otherwise a hash over what its needs are bound to is added;
 * sites that see each other are hashed together, in as many rounds as they are, which tells apart all that differ.
 */
function nameSites(sites: readonly Site[], siteOf: (provision: Provision) => Site | PackageId): readonly InstanceId[] {
  const names: InstanceId[] = []
  const seen = (site: Site): readonly (readonly [string, Site | PackageId])[] =>
    [...site.bound].map(([name, provision]) => [name, siteOf(provision)] as const)
  const targets = (index: number): number[] =>
    seen(sites[index] as Site).flatMap(([, target]) => (typeof target === 'string' ? [] : [target.index]))
  for (const component of stronglyConnected(sites.length, targets)) {
    const members = component.map((index) => sites[index] as Site)
    let colors = new Map(members.map((site) => [site.index, site.package.id as string]))
    for (let round = 0; round < component.length; round++) {
      const next = new Map<number, string>()
      for (const site of members) {
        const content = seen(site).map(([name, target]) => {
          if (typeof target === 'string') return `${name}=${target}`
          return `${name}=${colors.get(target.index) ?? names[target.index] ?? ''}`
        })
        next.set(site.index, hash([site.package.id, ...content.sort()].join('\n')))
      }
      colors = next
    }
    for (const site of members) {
      const suffix = site.bound.size === 0 ? '' : `+${colors.get(site.index)?.slice(0, HASH_LENGTH) ?? ''}`
      names[site.index] = `${site.package.id}${suffix}` as InstanceId
    }
  }
  return names
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** An instance is optional (for development) unless some path of other edges reaches it. */
function withFlags(
  members: readonly MemberInstance[],
  instances: ReadonlyMap<InstanceId, Instance>,
): Map<InstanceId, Instance> {
  const reach = (starts: readonly InstanceId[], isOptionalToo: boolean): ReadonlySet<InstanceId> => {
    const reached = new Set<InstanceId>()
    const stack = [...starts]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const one = instances.get(id)
      if (one === undefined || reached.has(id)) continue
      reached.add(id)
      const optional = new Set(one.package.edges.filter((edge) => edge.kind === 'optional').map((edge) => edge.alias))
      for (const [alias, target] of one.dependencies) if (isOptionalToo || !optional.has(alias)) stack.push(target)
      stack.push(...one.peers.values())
    }
    return reached
  }
  const direct = members.flatMap((member) => member.dependencies)
  const required = reach(
    direct.filter(({ kind }) => kind !== 'optional').map(({ target }) => target),
    false,
  )
  const production = reach(
    direct.filter(({ kind }) => kind !== 'development').map(({ target }) => target),
    true,
  )
  const flagged = new Map<InstanceId, Instance>()
  for (const [id, one] of instances) {
    flagged.set(id, { ...one, optional: !required.has(id), development: !production.has(id) })
  }
  return flagged
}

/** Whether an instance id names a member. */
export function isMemberInstance(id: InstanceId): boolean {
  return memberPathOf(id as string as PackageId) !== undefined
}
