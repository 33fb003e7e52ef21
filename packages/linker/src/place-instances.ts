/**
 * In which folder each instance stands, below `node_modules/.alk`. In the isolated layout that is the fallback folder for a package that finds
 * there all that it declares, and a folder of its own for any other. In the shared layout that is `store/<name>@<version>-<hash>`, through the link to the
 * machine's store; what sees something of this project alone (a member, a linked
 * folder, a tarball on disk, a package with files of its own) stays in the project, with all that sees it.
 */
import { memberPathOf } from '@alkahest/core'
import type { Instance, InstanceId, PackageId } from '@alkahest/core'
import type { Layout } from './choose-layout.ts'
import { hashInstances } from './instance-hash.ts'
import type { HashedNode } from './instance-hash.ts'
import { fallbackFolder, instanceFolder, SHARED_LINK } from './paths.ts'
import type { Selection } from './select-instances.ts'

/** Alias and target of everything that an instance sees: sorted, and without what is bundled or not installed. */
export type Edges = readonly (readonly [alias: string, target: InstanceId])[]

export type PlaceOptions = {
  readonly edgesOf: (instance: Instance) => Edges
  /** Whether an instance's own files are those of one project alone. */
  readonly isLocal: (instance: Instance) => boolean
  /** What a package in the fallback folder finds under an alias that nothing nearer has. */
  readonly visible: ReadonlyMap<string, InstanceId>
  /** Whether an instance must have a folder of its own, in which its dependencies and their commands lie beside it. */
  readonly standsAlone: (instance: Instance) => boolean
}

/** Names of packages of which no file system makes another one; others keep out of the one folder that all share. */
const PLAIN_NAME = /^(?:@[a-z0-9._~-]+\/)?[a-z0-9~-](?:[a-z0-9._~-]*[a-z0-9_~-])?$/

export function placeInstances(
  selection: Selection,
  layout: Layout,
  options: PlaceOptions,
): ReadonlyMap<InstanceId, string> {
  const { edgesOf } = options
  if (layout === 'isolated') {
    const folderOf = (instance: Instance): string =>
      findsAllAbove(instance, options) ? fallbackFolder(instance.package.name) : instanceFolder(instance.id)
    return new Map([...selection.instances].map(([id, instance]) => [id, folderOf(instance)]))
  }
  const own = new Map([...selection.instances.keys()].map((id) => [id, instanceFolder(id)]))
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

/** Whether an instance is the one that everybody finds under its name, and finds what it declares in the same way. */
function findsAllAbove(instance: Instance, { edgesOf, visible, standsAlone }: PlaceOptions): boolean {
  const { name } = instance.package
  if (visible.get(name) !== instance.id || !PLAIN_NAME.test(name) || standsAlone(instance)) return false
  return edgesOf(instance).every(([alias, target]) => visible.get(alias) === target)
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
