/**
 * Peers on a graph of chosen versions: what every node needs from above, and what that is bound to at every node that
 * has it as a dependency. The nearest provider wins: the dependent's own dependencies, the dependent itself, then its
 * dependents in turn, then the member, then the workspace root (docs/internals/resolver.md, "Peers").
 */
import type { PeerRequirement } from '@alkahest/core'

/** The graph that is looked at; nodes are compared by identity, so they are numbers or texts. */
export interface PeerGraph<Node> {
  /** In a fixed order: the result follows it. */
  readonly nodes: readonly Node[]
  /** Alias and target of what was chosen for each dependency; for members, of their direct dependencies. */
  edges(node: Node): readonly (readonly [alias: string, target: Node])[]
  peers(node: Node): readonly PeerRequirement[]
  /** The real name, which is a provider's name as well as its alias. */
  name(node: Node): string | undefined
  /** Members take a peer that they do not have from here; undefined for everything but members. */
  fallback(node: Node): Node | undefined
  isMember(node: Node): boolean
}

/** Something that `node` needs from above: a peer of its own, or of something below it that nothing in between provides. */
export type Need<Node> = {
  readonly node: Node
  readonly asker: Node
  readonly peer: PeerRequirement
  /** The same need one step below, undefined when it is the node's own. */
  readonly below: Need<Node> | undefined
}

export type Binding<Node> = {
  readonly need: Need<Node>
  /** Where the need was met: the dependent of `need.node`, or the member at the top. */
  readonly at: Node
  /** Undefined when nothing provides it. */
  readonly provider: Node | undefined
}

/** One asker and one of its peers, as a number. */
type Asking = number

export type PeerAnalysis<Node> = {
  /** By node, then by who asks for which peer. */
  readonly needs: ReadonlyMap<Node, ReadonlyMap<Asking, Need<Node>>>
  readonly bindings: readonly Binding<Node>[]
}

/** Every need is pushed up from dependent to dependent once: the work is the number of (edge, need) pairs. */
export function analysePeers<Node>(graph: PeerGraph<Node>): PeerAnalysis<Node> {
  const dependents = dependentsOf(graph)
  const provider = rememberedProviders(graph)
  const needs = new Map<Node, Map<Asking, Need<Node>>>()
  const bindings: Binding<Node>[] = []
  const queue: { readonly need: Need<Node>; readonly asking: Asking }[] = []
  const push = (need: Need<Node>, asking: Asking): void => {
    let known = needs.get(need.node)
    if (known === undefined) needs.set(need.node, (known = new Map<Asking, Need<Node>>()))
    if (known.has(asking)) return
    known.set(asking, need)
    queue.push({ need, asking })
  }
  const bind = (need: Need<Node>, asking: Asking, at: Node): void => {
    const found = provider(at, need.peer.name)
    if (found !== undefined || graph.isMember(at)) bindings.push({ need, at, provider: found })
    else push({ node: at, asker: need.asker, peer: need.peer, below: need }, asking)
  }
  let asked = 0
  for (const node of graph.nodes) {
    for (const peer of graph.peers(node)) {
      const need = { node, asker: node, peer, below: undefined }
      if (graph.isMember(node)) bind(need, asked++, node)
      else push(need, asked++)
    }
  }
  for (let index = 0; index < queue.length; index++) {
    const { need, asking } = queue[index] as (typeof queue)[number]
    for (const dependent of dependents.get(need.node) ?? []) bind(need, asking, dependent)
  }
  return { needs, bindings }
}

/** Many needs of one name meet at one node: looked up once. */
function rememberedProviders<Node>(graph: PeerGraph<Node>): (at: Node, name: string) => Node | undefined {
  const byName = new Map<string, Map<Node, Node | undefined>>()
  return (at, name) => {
    let known = byName.get(name)
    if (known === undefined) byName.set(name, (known = new Map<Node, Node | undefined>()))
    if (known.has(at)) return known.get(at)
    const found = providerAt(graph, at, name)
    known.set(at, found)
    return found
  }
}

/** What a node offers to its dependencies under a name. */
export function providerAt<Node>(graph: PeerGraph<Node>, at: Node, name: string): Node | undefined {
  const edges = graph.edges(at)
  const found = edges.find(([alias]) => alias === name) ?? edges.find(([, target]) => graph.name(target) === name)
  if (found !== undefined) return found[1]
  if (!graph.isMember(at) && graph.name(at) === name) return at
  const fallback = graph.fallback(at)
  return fallback === undefined ? undefined : providerAt(graph, fallback, name)
}

/** The nodes between `binding.at` and the asker, top down, both exclusive. */
export function pathOf<Node>(binding: Binding<Node>): Node[] {
  const path: Node[] = []
  for (let need: Need<Node> | undefined = binding.need; need !== undefined; need = need.below) path.push(need.node)
  return path.slice(0, -1)
}

function dependentsOf<Node>(graph: PeerGraph<Node>): ReadonlyMap<Node, readonly Node[]> {
  const dependents = new Map<Node, Node[]>()
  for (const node of graph.nodes) {
    for (const [, target] of graph.edges(node)) {
      const known = dependents.get(target)
      if (known === undefined) dependents.set(target, [node])
      else if (known.at(-1) !== node) known.push(node)
    }
  }
  return dependents
}
