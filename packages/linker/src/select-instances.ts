/** Which part of a graph belongs on this machine: platform, `--prod`, `--no-optional`. Rules: docs/internals/linker.md, "Selection". */
import { platformAllows, userError } from '@alkahest/core'
import type { Instance, InstanceGraph, InstanceId, MemberDependency, Platform } from '@alkahest/core'

export type Include = {
  /** Members' development dependencies. */
  readonly development: boolean
  /** Optional dependencies, of members and packages. */
  readonly optional: boolean
}

export type SkippedInstance = {
  readonly id: InstanceId
  readonly name: string
  readonly version: string
  /** One sentence. */
  readonly reason: string
}

export type Selection = {
  readonly graph: InstanceGraph
  /** By path: the dependencies that are installed. */
  readonly members: ReadonlyMap<string, readonly MemberDependency[]>
  /** What is installed, in the order of the ids; an instance's edges to others than these are left out. */
  readonly instances: ReadonlyMap<InstanceId, Instance>
  /** Optional packages that do not run on this platform, and what they alone needed; in the order of the ids. */
  readonly skipped: readonly SkippedInstance[]
}

export type SelectOptions = {
  readonly graph: InstanceGraph
  readonly platform: Platform
  readonly include: Include
}

/** Throws `PLATFORM_UNSUPPORTED` when a package that does not run here is required. */
export function selectInstances({ graph, platform, include }: SelectOptions): Selection {
  const unsupported = [...graph.instances.values()].filter((instance) => !platformAllows(instance.package, platform))
  const failed = spreadFailure(graph, unsupported)
  const wanted = (dependency: MemberDependency): boolean =>
    (include.development || dependency.kind !== 'development') && (include.optional || dependency.kind !== 'optional')
  const members = new Map<string, readonly MemberDependency[]>()
  for (const member of graph.members) {
    const dependencies = member.dependencies.filter(wanted)
    const blocked = dependencies.find((dependency) => dependency.kind !== 'optional' && failed.has(dependency.target))
    if (blocked !== undefined)
      throw unsupportedError(graph, failed, { member: member.path, target: blocked.target, platform })
    members.set(
      member.path,
      dependencies.filter((dependency) => !failed.has(dependency.target)),
    )
  }
  const reached = reach(members, (id) =>
    edgesOf(graph, id, include.optional).filter((edge) => !failed.has(edge.target)),
  )
  const instances = new Map([...graph.instances].filter(([id]) => reached.has(id)))
  return { graph, members, instances, skipped: listSkipped({ graph, platform, include }, members, { failed, reached }) }
}

type Edge = { readonly target: InstanceId; readonly optional: boolean }

function edgesOf(graph: InstanceGraph, id: InstanceId, withOptional: boolean): readonly Edge[] {
  const instance = graph.instances.get(id)
  if (instance === undefined) return []
  const optionalAliases = new Set(
    instance.package.edges.filter((edge) => edge.kind === 'optional').map((edge) => edge.alias),
  )
  const edges: Edge[] = []
  for (const [alias, target] of instance.dependencies) {
    const optional = optionalAliases.has(alias)
    if (!optional || withOptional) edges.push({ target, optional })
  }
  // A peer is bound to what somebody else installs: its absence is theirs to report.
  for (const target of instance.peers.values()) edges.push({ target, optional: true })
  return edges
}

/** From a failed package to the unsupported one that is the reason. */
type Failed = ReadonlyMap<InstanceId, InstanceId>

/** A package fails with what it needs: so an optional dependency is left out whole or not at all. */
function spreadFailure(graph: InstanceGraph, unsupported: readonly Instance[]): Failed {
  const failed = new Map<InstanceId, InstanceId>(unsupported.map((instance) => [instance.id, instance.id]))
  if (failed.size === 0) return failed
  const dependents = new Map<InstanceId, InstanceId[]>()
  for (const id of graph.instances.keys()) {
    for (const edge of edgesOf(graph, id, false)) {
      if (edge.optional) continue
      const list = dependents.get(edge.target)
      if (list === undefined) dependents.set(edge.target, [id])
      else list.push(id)
    }
  }
  const queue = [...failed.keys()]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const reason = failed.get(id) ?? id
    for (const dependent of dependents.get(id) ?? []) {
      if (failed.has(dependent)) continue
      failed.set(dependent, reason)
      queue.push(dependent)
    }
  }
  return failed
}

function reach(
  members: ReadonlyMap<string, readonly MemberDependency[]>,
  edgesOf: (id: InstanceId) => readonly Edge[],
): ReadonlySet<InstanceId> {
  const queue = [...members.values()].flatMap((dependencies) => dependencies.map((dependency) => dependency.target))
  const reached = new Set(queue)
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const { target } of edgesOf(id)) {
      if (reached.has(target)) continue
      reached.add(target)
      queue.push(target)
    }
  }
  return reached
}

/** Only what would be here on another platform counts as skipped, not what `include` leaves out. */
function listSkipped(
  { graph, platform, include }: SelectOptions,
  members: ReadonlyMap<string, readonly MemberDependency[]>,
  { failed, reached }: { failed: Failed; reached: ReadonlySet<InstanceId> },
): readonly SkippedInstance[] {
  if (!include.optional || failed.size === 0) return []
  const memberEdges = graph.members.flatMap((member) =>
    member.dependencies.filter((dependency) => include.development || dependency.kind !== 'development'),
  )
  const elsewhere = reach(new Map([...members, ['', memberEdges]]), (id) => edgesOf(graph, id, true))
  const skipped = [...graph.instances.values()].filter(
    (instance) => elsewhere.has(instance.id) && !reached.has(instance.id),
  )
  return skipped.map((instance) => {
    const {
      id,
      package: { name, version },
    } = instance
    const culprit = graph.instances.get(failed.get(id) ?? id)
    let reason = 'only packages that are skipped need it'
    if (culprit === instance && failed.has(id))
      reason = `it runs on ${describeFields(instance)}, this is ${describePlatform(platform)}`
    else if (failed.has(id)) reason = `it needs ${culprit?.package.name}, which does not run here`
    return { id, name, version, reason }
  })
}

type Blocked = { readonly member: string; readonly target: InstanceId; readonly platform: Platform }

function unsupportedError(graph: InstanceGraph, failed: Failed, { member, target, platform }: Blocked): Error {
  const culprit = graph.instances.get(failed.get(target) ?? target) as Instance
  const { name, version } = culprit.package
  const through = culprit.id === target ? '' : ` through ${graph.instances.get(target)?.package.name}`
  const place = member === '.' ? 'the project' : member
  return userError(
    'PLATFORM_UNSUPPORTED',
    `${name}@${version}, which ${place} needs${through}, runs on ${describeFields(culprit)}, and this is ${describePlatform(platform)}`,
    {
      hint: `if the project can do without it here, move it to optionalDependencies`,
      details: { name, version, os: culprit.package.os, cpu: culprit.package.cpu, libc: culprit.package.libc },
    },
  )
}

function describeFields({ package: { os, cpu, libc } }: Instance): string {
  return [os, cpu, libc]
    .filter((list) => list.length > 0)
    .map((list) => list.map((value) => value.replace(/^!/, 'not ')).join(' or '))
    .join(', ')
}

function describePlatform({ os, cpu, libc }: Platform): string {
  return [os, cpu, libc].filter((part) => part !== undefined).join(' ')
}
