/**
 * One hash per instance over everything it can see: its own content, and the hashes of its dependencies and peers by alias. Two projects that get
 * equal hashes can share one folder. Dependencies run in circles, so what is hashed first is the condensed graph: all packages of one circle
 * (a strongly connected component) get their hash together. Components are found by Tarjan's algorithm (1972), without recursion, since graphs are deep.
 */
import { createHash } from 'node:crypto'

/** Of the hexadecimal digits of a sha256: 80 bits, beside the name and version that the folder has too. */
const HASH_LENGTH = 20

export type HashedNode = {
  /** What its own files are. */
  readonly content: string
  /** Alias and id, sorted by alias; all ids are nodes. */
  readonly edges: readonly (readonly [alias: string, target: string])[]
}

export function hashInstances(nodes: ReadonlyMap<string, HashedNode>): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>()
  // Components come dependencies first, so that what a component sees outside itself is hashed already.
  for (const component of components(nodes)) hashComponent(component.toSorted(), nodes, hashes)
  return hashes
}

function hashComponent(
  ids: readonly string[],
  nodes: ReadonlyMap<string, HashedNode>,
  hashes: Map<string, string>,
): void {
  const inside = new Set(ids)
  const described = ids.map((id) => {
    const { content, edges } = nodes.get(id) as HashedNode
    return [
      id,
      content,
      edges.map(([alias, target]) => [alias, inside.has(target) ? `:${target}` : hashes.get(target)]),
    ]
  })
  const whole = digest(JSON.stringify(described))
  for (const id of ids) hashes.set(id, ids.length === 1 ? whole : digest(JSON.stringify([whole, id])))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
}

type Visit = { readonly id: string; next: number }

function components(nodes: ReadonlyMap<string, HashedNode>): readonly (readonly string[])[] {
  const found: string[][] = []
  /** When a node was first seen, and the earliest node that it reaches within its component. */
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  for (const start of nodes.keys()) {
    if (order.has(start)) continue
    const path: Visit[] = [enter(start)]
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = nodes.get(visit.id)?.edges[visit.next++]?.[1]
      if (target === undefined) leave(path)
      else if (!order.has(target)) path.push(enter(target))
      else if (isOpen.has(target)) lower(visit.id, order.get(target) as number)
    }
  }
  return found

  function enter(id: string): Visit {
    order.set(id, order.size)
    low.set(id, order.size - 1)
    open.push(id)
    isOpen.add(id)
    return { id, next: 0 }
  }

  function lower(id: string, to: number): void {
    low.set(id, Math.min(low.get(id) as number, to))
  }

  function leave(path: Visit[]): void {
    const { id } = path.pop() as Visit
    const parent = path.at(-1)
    if (parent !== undefined) lower(parent.id, low.get(id) as number)
    if (low.get(id) !== order.get(id)) return
    const component = open.splice(open.lastIndexOf(id))
    for (const member of component) isOpen.delete(member)
    found.push(component)
  }
}
