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

export type PeerAnalysis<Node> = {
  /** By node, then by peer name and asker. */
  readonly needs: ReadonlyMap<Node, ReadonlyMap<string, Need<Node>>>
  readonly bindings: readonly Binding<Node>[]
}

/** Every need is pushed up from dependent to dependent once: the work is the number of (edge, need) pairs. */
export function analysePeers<Node>(graph: PeerGraph<Node>): PeerAnalysis<Node> {
  const dependents = dependentsOf(graph)
  const needs = new Map<Node, Map<string, Need<Node>>>()
  const bindings: Binding<Node>[] = []
  const queue: Need<Node>[] = []
  const push = (need: Need<Node>): void => {
    let known = needs.get(need.node)
    if (known === undefined) needs.set(need.node, (known = new Map<string, Need<Node>>()))
    const key = `${need.peer.name}\n${String(need.asker)}`
    if (known.has(key)) return
    known.set(key, need)
    queue.push(need)
  }
  const bind = (need: Need<Node>, at: Node): void => {
    const provider = providerAt(graph, at, need.peer.name)
    if (provider !== undefined || graph.isMember(at)) bindings.push({ need, at, provider })
    else push({ node: at, asker: need.asker, peer: need.peer, below: need })
  }
  for (const node of graph.nodes) {
    for (const peer of graph.peers(node)) {
      const need = { node, asker: node, peer, below: undefined }
      if (graph.isMember(node)) bind(need, node)
      else push(need)
    }
  }
  for (let index = 0; index < queue.length; index++) {
    const need = queue[index] as Need<Node>
    for (const dependent of dependents.get(need.node) ?? []) bind(need, dependent)
  }
  return { needs, bindings }
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
