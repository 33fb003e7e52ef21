/**
 * In which folder each instance stands, below `node_modules/.alk`. In the shared layout that is `store/<name>@<version>-<hash>`, through the link to the
 * machine's store; what sees something of this project alone (a member, a linked
 * folder, a tarball on disk, a package with files of its own) stays in the project, with all that sees it.
 */
import { memberPathOf } from '@alkahest/core'
import type { Instance, InstanceId, PackageId } from '@alkahest/core'
import type { Layout } from './choose-layout.ts'
import { hashInstances } from './instance-hash.ts'
import type { HashedNode } from './instance-hash.ts'
import { instanceFolder, SHARED_LINK } from './paths.ts'
import type { Selection } from './select-instances.ts'

/** Alias and target of everything that an instance sees: sorted, and without what is bundled or not installed. */
export type Edges = readonly (readonly [alias: string, target: InstanceId])[]

export type PlaceOptions = {
  readonly edgesOf: (instance: Instance) => Edges
  /** Whether an instance's own files are those of one project alone. */
  readonly isLocal: (instance: Instance) => boolean
}

export function placeInstances(
  selection: Selection,
  layout: Layout,
  options: PlaceOptions,
): ReadonlyMap<InstanceId, string> {
  const { edgesOf } = options
  const own = new Map([...selection.instances.keys()].map((id) => [id, instanceFolder(id)]))
  if (layout === 'isolated') return own
  const local = findLocal(selection, options)
  const nodes = new Map<string, HashedNode>()
  for (const [id, instance] of selection.instances) {
    const { integrity } = instance.package
    if (!local.has(id)) nodes.set(id, { content: integrity ?? '', edges: edgesOf(instance) })
  }
  for (const [id, hash] of hashInstances(nodes)) {
    const { name, version } = (selection.instances.get(id as InstanceId) as Instance).package
    own.set(id as InstanceId, `${SHARED_LINK}/${instanceFolder(`${name}@${version}` as InstanceId)}-${hash}`)
  }
  return own
}

/** What means something in this project alone, and whatever sees it, through any number of others. */
function findLocal(selection: Selection, { edgesOf, isLocal }: PlaceOptions): ReadonlySet<string> {
  const seenBy = new Map<InstanceId, InstanceId[]>()
  const local = new Set<InstanceId>()
  for (const [id, instance] of selection.instances) {
    if (isLocal(instance)) local.add(id)
    for (const [, target] of edgesOf(instance)) {
      if (memberPathOf(target as string as PackageId) !== undefined) local.add(id)
      else seenBy.set(target, [...(seenBy.get(target) ?? []), id])
    }
  }
  const queue = [...local]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const dependent of seenBy.get(id) ?? []) {
      if (local.has(dependent)) continue
      local.add(dependent)
      queue.push(dependent)
    }
  }
  return local
}
