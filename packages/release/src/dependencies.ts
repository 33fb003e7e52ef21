/**
 * Which packages a release needs and where they stand: the closure of a member's production dependencies on the target's
 * platform, laid out as the isolated layout does it, so that what a package can import in the project is what it can
 * import in the release. Layout: docs/formats/release.md
 */
import { createHash } from 'node:crypto'
import { invariant, platformAllows, userError } from '@alkahest/core'
import type { Instance, InstanceGraph, InstanceId, MemberInstance, Platform } from '@alkahest/core'

/** One package's real folder and the links to what it may import. Paths are relative to the app's `node_modules`. */
export type Placement = {
  readonly source:
    | { readonly kind: 'package'; readonly instance: Instance }
    | { readonly kind: 'member'; readonly member: MemberInstance }
    /** The released member itself: its files are the app's; only links here. */
    | { readonly kind: 'app' }
  /** Empty for the app. */
  readonly folder: string
  /** By link path: the folder linked to. */
  readonly links: ReadonlyMap<string, string>
}

/** Where the real folders are, out of the reach of `import`. */
const VIRTUAL_STORE = '.alk'

/**
 * Pure; sorted by folder, the app first. The first of the members (POSIX paths) is the app, others are placed among the
 * packages. Throws `RELEASE_PLATFORM_MISMATCH` for a package that cannot run there.
 */
export function productionPlacements(
  graph: InstanceGraph,
  [appPath = '.', ...otherPaths]: readonly string[],
  platform: Platform,
): readonly Placement[] {
  const members = new Map(graph.members.map((member) => [member.id, member]))
  const app = memberOf(graph, appPath)
  const placed = new Map<InstanceId, Placement>()
  const waiting: InstanceId[] = otherPaths.map((path) => memberOf(graph, path).id)

  const nameOf = (id: InstanceId): string => graph.instances.get(id)?.package.name ?? members.get(id)?.name ?? 'member'
  const links = (
    folder: string,
    dependencies: Iterable<readonly [string, InstanceId]>,
  ): ReadonlyMap<string, string> => {
    const made = new Map<string, string>()
    for (const [alias, target] of dependencies) {
      const instance = members.has(target) ? undefined : graph.instances.get(target)
      if (instance !== undefined && !runsOn(instance, platform)) continue
      waiting.push(target)
      made.set(linkPath(folder, alias), target === app.id ? '..' : folderOf(target, nameOf(target)))
    }
    return made
  }

  placed.set(app.id, { source: { kind: 'app' }, folder: '', links: links('', productionOf(app)) })
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (placed.has(next)) continue
    const member = members.get(next)
    const instance = graph.instances.get(next)
    const folder = folderOf(next, nameOf(next))
    if (member !== undefined) {
      placed.set(next, { source: { kind: 'member', member }, folder, links: links(folder, productionOf(member)) })
    } else if (instance !== undefined) {
      const visible = [...instance.dependencies, ...instance.peers]
      placed.set(next, { source: { kind: 'package', instance }, folder, links: links(folder, visible) })
    }
  }
  return [...placed.values()].toSorted((left, right) => (left.folder < right.folder ? -1 : 1))
}

function memberOf(graph: InstanceGraph, path: string): MemberInstance {
  const member = graph.members.find((candidate) => candidate.path === path)
  if (member !== undefined) return member
  throw userError('RELEASE_MEMBER_UNKNOWN', `The workspace has no member ${path}`)
}

/** Where a member's files are, relative to the app; `.` for the app itself. */
export function memberFolder(placements: readonly Placement[], app: string, path: string): string {
  if (path === app) return '.'
  const placement = placements.find(({ source }) => source.kind === 'member' && source.member.path === path)
  invariant(placement !== undefined, 'the members that a release starts are placed')
  return `node_modules/${placement.folder}`
}

/** Beside the package that sees it; inside it when the package depends on another one under its own name. */
function linkPath(folder: string, alias: string): string {
  const parent = folder.slice(0, folder.indexOf('/node_modules/') + 1)
  const beside = folder === '' ? alias : `${parent}node_modules/${alias}`
  return beside === folder ? `${folder}/node_modules/${alias}` : beside
}

function productionOf(member: MemberInstance): readonly (readonly [string, InstanceId])[] {
  return member.dependencies
    .filter(({ kind }) => kind !== 'development')
    .map(({ alias, target }) => [alias, target] as const)
}

/** A package for another platform is left out when it is optional, as an installer does; otherwise it is an error. */
function runsOn(instance: Instance, platform: Platform): boolean {
  if (platformAllows(instance.package, platform)) return true
  if (instance.optional) return false
  throw userError(
    'RELEASE_PLATFORM_MISMATCH',
    `${instance.package.id} does not run on ${platform.os}-${platform.cpu}`,
    {
      hint: 'release for a platform that it supports, or make it an optional dependency',
    },
  )
}

/** Unique for every instance also where case does not count: anything beyond `name@version` becomes a hash of the id. */
function folderOf(id: InstanceId, name: string): string {
  const plain = id.length <= 100 && /^(?:@[a-z0-9._-]+\/)?[a-z0-9._-]+@[a-z0-9.+-]+$/.test(id)
  const readable = id.replace(/[^A-Za-z0-9@._+-]/g, '+').toLowerCase()
  const unique = plain
    ? readable
    : `${readable.slice(0, 80)}-${createHash('sha256').update(id).digest('hex').slice(0, 10)}`
  return `${VIRTUAL_STORE}/${unique}/node_modules/${name}`
}
