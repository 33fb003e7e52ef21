/**
 * Which packages have files of their own because their build may run, in the order in which builds can run: dependencies
 * first, those of a circle in the order of their ids. With each goes a hash over all that it sees. Pure.
 */
import type { InstanceId, ResolvedPackage } from '@alkahest/core'
import { contentOf } from './content.ts'
import { hashInstances } from './instance-hash.ts'
import type { HashedNode } from './instance-hash.ts'
import { instanceFolder } from './paths.ts'
import type { Edges } from './place-instances.ts'
import type { Selection } from './select-instances.ts'

export type PlannedBuild = {
  /** Below `node_modules/.alk`. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** Whether the install can do without it. */
  readonly optional: boolean
  /** Of its own content and of everything it sees: with the same hash a build starts from the same. */
  readonly hash: string
}

export function planBuilds(
  selection: Selection,
  hasOwnFiles: (pkg: ResolvedPackage) => boolean,
): ReadonlyMap<InstanceId, PlannedBuild> {
  const builds = new Map<InstanceId, PlannedBuild>()
  const { instances } = selection
  if (![...instances.values()].some((instance) => hasOwnFiles(instance.package))) return builds
  const nodes = new Map<string, HashedNode>()
  for (const [id, instance] of instances) {
    const edges: Edges = [...instance.dependencies, ...instance.peers].filter(([, target]) => instances.has(target))
    nodes.set(id, {
      content: contentOf(instance.package),
      edges: edges.toSorted(([left], [right]) => (left < right ? -1 : 1)),
    })
  }
  for (const [id, hash] of hashInstances(nodes)) {
    const instance = instances.get(id as InstanceId)
    if (instance === undefined || !hasOwnFiles(instance.package)) continue
    const { name, version } = instance.package
    builds.set(instance.id, { folder: instanceFolder(instance.id), name, version, optional: instance.optional, hash })
  }
  return builds
}
