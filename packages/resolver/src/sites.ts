/**
 * Sites: a package in one context. What a dependent offers is a provision, a frame (a member or a site) and a target; two
 * occurrences of a package with the same provisions for all it needs from above are one site. Provisions are looked into
 * late, because peers may see each other.
 */
import { memberId, memberPathOf } from '@alkahest/core'
import type { PackageId, Resolution, ResolvedMember, ResolvedPackage } from '@alkahest/core'
import { analysePeers } from './peers.ts'
import type { PeerGraph } from './peers.ts'

/** A package that stands below itself so often sees what it saw the last time: contexts must not grow for ever. */
const NESTING_MAX = 6

export type Frame = {
  readonly key: string
  lookUp(name: string): Provision | undefined
  /** How often each package stands above. */
  readonly nesting: ReadonlyMap<PackageId, readonly Site[]>
}

/** Target as seen from a frame; a site when a dependent is itself what is asked for. */
export type Provision = { readonly frame: Frame; readonly target: PackageId } | { readonly site: Site }

export type Site = {
  readonly index: number
  readonly package: ResolvedPackage
  /** Names needed from above, its own peers and those of packages below, to what provides them. Sorted by name. */
  readonly bound: ReadonlyMap<string, Provision>
  /** Alias to what it depends on; members are named by their identity. */
  readonly children: Map<string, Site | PackageId>
}

export type Sites = {
  readonly sites: readonly Site[]
  readonly members: readonly {
    readonly member: ResolvedMember
    readonly targets: ReadonlyMap<string, Site | PackageId>
  }[]
  readonly siteOf: (provision: Provision) => Site | PackageId
}

export function buildSites(resolution: Resolution): Sites {
  const builder = new SiteBuilder(resolution)
  const members = resolution.members.map((member) => ({ member, targets: builder.memberTargets(member) }))
  builder.finish()
  return { sites: builder.sites, members, siteOf: (provision) => builder.siteOf(provision) }
}

class SiteBuilder {
  readonly sites: Site[] = []
  private readonly packages: ReadonlyMap<PackageId, ResolvedPackage>
  private readonly members: ReadonlyMap<PackageId, ResolvedMember>
  private readonly needs: ReadonlyMap<PackageId, readonly string[]>
  private readonly byKey = new Map<string, Site>()
  private readonly frames = new Map<PackageId, Frame>()
  private readonly unfinished: { site: Site; frame: Frame }[] = []

  constructor(resolution: Resolution) {
    this.packages = new Map(resolution.packages.map((one) => [one.id, one]))
    this.members = new Map(resolution.members.map((one) => [memberId(one.path), one]))
    this.needs = neededNames(resolution)
  }

  memberTargets(member: ResolvedMember): ReadonlyMap<string, Site | PackageId> {
    const frame = this.memberFrame(memberId(member.path))
    const targets = new Map<string, Site | PackageId>()
    for (const { alias, target } of member.edges)
      if (target !== undefined) targets.set(alias, this.siteOf({ frame, target }))
    return targets
  }

  /** Gives every site its children, which may make further sites. */
  finish(): void {
    for (let next = this.unfinished.shift(); next !== undefined; next = this.unfinished.shift()) {
      const { site, frame } = next
      for (const { alias, target } of site.package.edges) {
        if (target !== undefined) site.children.set(alias, this.siteOf({ frame, target }))
      }
      for (const provision of site.bound.values()) this.siteOf(provision)
    }
  }

  siteOf(provision: Provision): Site | PackageId {
    if ('site' in provision) return provision.site
    const { frame, target } = provision
    const found = this.packages.get(target)
    if (found === undefined) return target
    const above = frame.nesting.get(target) ?? []
    if (above.length >= NESTING_MAX) return above.at(-1) as Site
    const bound = new Map<string, Provision>()
    for (const name of this.needs.get(target) ?? []) {
      const provided = frame.lookUp(name)
      if (provided !== undefined) bound.set(name, provided)
    }
    const key = [target, ...[...bound].map(([name, provided]) => `${name}=${this.provisionKey(provided)}`)].join('\n')
    return this.byKey.get(key) ?? this.makeSite(key, { package: found, bound, above: frame })
  }

  private makeSite(
    key: string,
    parts: { package: ResolvedPackage; bound: ReadonlyMap<string, Provision>; above: Frame },
  ): Site {
    const { above, bound } = parts
    const site: Site = { index: this.sites.length, package: parts.package, bound, children: new Map() }
    this.sites.push(site)
    this.byKey.set(key, site)
    this.unfinished.push({ site, frame: this.siteFrame(site, above) })
    return site
  }

  private siteFrame(site: Site, above: Frame): Frame {
    const { edges, name, id } = site.package
    const nesting = new Map(above.nesting)
    nesting.set(id, [...(above.nesting.get(id) ?? []), site])
    const frame: Frame = {
      key: String(site.index),
      nesting,
      lookUp: (wanted) => {
        const target = this.edgeTarget(edges, wanted)
        if (target !== undefined) return { frame, target }
        return name === wanted ? { site } : site.bound.get(wanted)
      },
    }
    return frame
  }

  private memberFrame(id: PackageId): Frame {
    const known = this.frames.get(id)
    if (known !== undefined) return known
    const edges = this.members.get(id)?.edges ?? []
    const root = memberId('.')
    const frame: Frame = {
      key: id,
      nesting: new Map(),
      lookUp: (wanted) => {
        const target = this.edgeTarget(edges, wanted)
        if (target !== undefined) return { frame, target }
        return id === root || !this.members.has(root) ? undefined : this.memberFrame(root).lookUp(wanted)
      },
    }
    this.frames.set(id, frame)
    return frame
  }

  private edgeTarget(edges: ResolvedMember['edges'], wanted: string): PackageId | undefined {
    const found =
      edges.find((edge) => edge.alias === wanted && edge.target !== undefined) ??
      edges.find((edge) => edge.target !== undefined && this.nameOf(edge.target) === wanted)
    return found?.target
  }

  private nameOf(id: PackageId): string | undefined {
    return memberPathOf(id) === undefined ? this.packages.get(id)?.name : this.members.get(id)?.name
  }

  /** A target that needs nothing from above is the same wherever it is provided. */
  private provisionKey(provision: Provision): string {
    if ('site' in provision) return `site ${provision.site.index}`
    const isGround = (this.needs.get(provision.target) ?? []).length === 0
    return isGround ? provision.target : `${provision.frame.key} > ${provision.target}`
  }
}

/** The names that each package needs from above, sorted: its own peers and those below that nothing in between provides. */
function neededNames(resolution: Resolution): ReadonlyMap<PackageId, readonly string[]> {
  const { needs } = analysePeers(resolutionGraph(resolution))
  const names = new Map<PackageId, readonly string[]>()
  for (const [node, demands] of needs) names.set(node, [...new Set(demands.map(({ name }) => name))].sort())
  return names
}

/** The graph of a finished resolution: nodes are identities. */
export function resolutionGraph(resolution: Resolution): PeerGraph<PackageId> {
  const members = new Map(resolution.members.map((one) => [memberId(one.path), one]))
  const packages = new Map(resolution.packages.map((one) => [one.id, one]))
  const edges = new Map<PackageId, readonly (readonly [string, PackageId])[]>()
  for (const [id, { edges: own }] of [...members, ...packages]) {
    edges.set(
      id,
      own.flatMap(({ alias, target }) => (target === undefined ? [] : [[alias, target] as const])),
    )
  }
  const root = memberId('.')
  return {
    nodes: [...edges.keys()],
    edges: (id) => (memberPathOf(id) === undefined || members.has(id) ? (edges.get(id) ?? []) : []),
    peers: (id) => packages.get(id)?.peers ?? [],
    name: (id) => packages.get(id)?.name ?? members.get(id)?.name,
    fallback: (id) => (members.has(id) && id !== root && members.has(root) ? root : undefined),
    isMember: (id) => members.has(id),
  }
}
