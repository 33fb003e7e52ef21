/** `alk tree`: the instances of the lockfile, as a value. */
import { computeInstances } from '@alkahest/resolver'
import { hostPlatform, selectInstances } from '@alkahest/linker'
import { memberPathOf } from '@alkahest/core'
import type { Instance, InstanceGraph, InstanceId, MemberInstance } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { TreePackage, TreeReport } from './reports.ts'

/** Throws `LOCKFILE_MISSING` before the first install. */
export async function tree(context: OperationContext): Promise<TreeReport> {
  const { lockfile } = await openLocked(context)
  const graph = computeInstances(lockfile.resolution)
  const selection = selectInstances({ graph, platform: hostPlatform(), include: { development: true, optional: true } })
  const skipped = new Set<string>(selection.skipped.map(({ id }) => id))
  return {
    members: graph.members.map((member) => ({
      name: member.name ?? '',
      path: member.path,
      dependencies: Object.fromEntries(member.dependencies.map(({ alias, target }) => [alias, target])),
    })),
    packages: [
      ...graph.members.filter((member) => isTargetOfAnother(graph, member)).map(treeMember),
      ...[...graph.instances.values()].map((instance) => treePackage(instance, skipped)),
    ],
  }
}

/** A member is listed among the packages too when something depends on it: every id that occurs has an entry. */
function isTargetOfAnother(graph: InstanceGraph, member: MemberInstance): boolean {
  const byMember = graph.members.some(({ dependencies }) => dependencies.some(({ target }) => target === member.id))
  return byMember || [...graph.instances.values()].some((instance) => pointsAt(instance, member.id))
}

function pointsAt(instance: Instance, id: InstanceId): boolean {
  return [...instance.dependencies.values(), ...instance.peers.values()].includes(id)
}

function treeMember(member: MemberInstance): TreePackage {
  return {
    id: member.id,
    name: member.name ?? '',
    version: member.version ?? '',
    kind: 'workspace',
    dependencies: Object.fromEntries(member.dependencies.map(({ alias, target }) => [alias, target])),
    peers: {},
  }
}

function treePackage(instance: Instance, skipped: ReadonlySet<string>): TreePackage {
  return {
    id: instance.id,
    name: instance.package.name,
    version: instance.package.version,
    kind: kindOf(instance),
    dependencies: Object.fromEntries(instance.dependencies),
    peers: Object.fromEntries(instance.peers),
    ...(instance.optional ? { optional: true as const } : {}),
    ...(skipped.has(instance.id) ? { skipped: true as const } : {}),
  }
}

function kindOf({ package: { id, source } }: Instance): TreePackage['kind'] {
  if (memberPathOf(id) !== undefined) return 'workspace'
  return source.kind === 'directory' ? 'file' : source.kind
}
