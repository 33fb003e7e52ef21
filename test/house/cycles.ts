/** Cycles in a graph of names, for packages and for files alike. */

/** Who points at whom. */
export type Graph = ReadonlyMap<string, readonly string[]>

/**
 * One cycle for each knot of the graph, written as the way around it (`a -> b -> a`), sorted.
 * A depth-first walk: an edge back into the path that is being walked closes a cycle.
 */
export function findCycles(graph: Graph): readonly string[] {
  const done = new Set<string>()
  const cycles = new Set<string>()
  const walk = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name)
    if (start !== -1) {
      cycles.add(formatCycle(trail.slice(start)))
      return
    }
    if (done.has(name)) return
    for (const next of graph.get(name) ?? []) walk(next, [...trail, name])
    done.add(name)
  }
  for (const name of graph.keys()) walk(name, [])
  return [...cycles].toSorted()
}

/** Begins at its smallest name, so that the same cycle reads the same from wherever it was found. */
function formatCycle(names: readonly string[]): string {
  const smallest = names.toSorted()[0]!
  const start = names.indexOf(smallest)
  return [...names.slice(start), ...names.slice(0, start), smallest].join(' -> ')
}
