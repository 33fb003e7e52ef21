/**
 * What a package finds that it imports without declaring it, or declares as an optional peer that nobody near it provides: one version of
 * every name, in a folder above all instances. Rules: docs/internals/linker.md, "The fallback folder". Pure.
 */
import type { Instance, InstanceId } from '@alkahest/core'
import type { Edges } from './place-instances.ts'
import type { Selection } from './select-instances.ts'

export type FallbackOptions = {
  readonly edgesOf: (instance: Instance) => Edges
  /** Whether an instance stands in the project's `.alk`. */
  readonly isPlaced: (instance: Instance) => boolean
}

/**
 * Alias to instance: of several, the one that the fewest steps reach from the members, then the one whose dependents come first. What the root
 * depends on itself is left out: it lies in the root's `node_modules`, which is further up on the same way.
 */
export function chooseFallbacks(selection: Selection, options: FallbackOptions): Edges {
  const chosen = new Map<string, InstanceId>()
  const seen = new Set<InstanceId>()
  let level: Edges = [...selection.members].sort(byKey).flatMap(([, dependencies]) => {
    return dependencies.map(({ alias, target }) => [alias, target] as const).sort(byKey)
  })
  while (level.length > 0) {
    const next: (readonly [string, InstanceId])[] = []
    for (const [alias, target] of level) {
      const instance = selection.instances.get(target)
      if (instance === undefined) continue
      if (!chosen.has(alias) && options.isPlaced(instance)) chosen.set(alias, target)
      if (seen.has(target)) continue
      seen.add(target)
      next.push(...options.edgesOf(instance))
    }
    level = next
  }
  for (const { alias } of selection.members.get('.') ?? []) chosen.delete(alias)
  return [...chosen].sort(byKey)
}

function byKey(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1
}
