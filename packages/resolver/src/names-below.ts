/** Which names hang on others in a resolution: what `alk update NAME --deep` unlocks. */
import type { PackageId, Resolution } from '@alkahest/core'

/** The names themselves, which may be aliases, and every name that they reach; sorted. */
export function namesBelow(resolution: Resolution, names: readonly string[]): readonly string[] {
  const byId = new Map(resolution.packages.map((one) => [one.id, one]))
  const edges = [...resolution.members, ...resolution.packages].flatMap((one) => one.edges)
  const aliased = edges.filter(({ alias }) => names.includes(alias)).map(({ target }) => target)
  const named = resolution.packages.filter(({ name }) => names.includes(name)).map(({ id }) => id)
  const found = new Set(names)
  const seen = new Set<PackageId>()
  const stack = [...aliased, ...named]
  while (stack.length > 0) {
    const id = stack.pop()
    const one = id === undefined || seen.has(id) ? undefined : byId.get(id)
    if (one === undefined) continue // left out, seen before, or a member
    seen.add(one.id)
    found.add(one.name)
    stack.push(...one.edges.map(({ target }) => target))
  }
  return [...found].toSorted()
}
