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

/** The same peer asked for in the same words, by however many packages: where one of them is met all are. */
type Demand = PeerRequirement

/** A demand that is met, or ends at a member without being met. */
export type Meeting<Node> = {
  readonly peer: Demand
  /** The dependent of somebody who needs it, or the member at the top. */
  readonly at: Node
  /** Undefined when nothing provides it. */
  readonly provider: Node | undefined
}

/** Something that `node` needs from above: a peer of its own, or of something below it that nothing in between provides. */
export type Need<Node> = {
  readonly node: Node
  readonly asker: Node
  readonly peer: PeerRequirement
  /** The same need one step below, undefined when it is the node's own. */
  readonly below: Need<Node> | undefined
}

/** One asker's need where it was met: who needs a thing and on which way. */
export type Binding<Node> = {
  readonly need: Need<Node>
  /** Where the need was met: the dependent of `need.node`, or the member at the top. */
  readonly at: Node
  /** Undefined when nothing provides it. */
  readonly provider: Node | undefined
}

export type PeerAnalysis<Node> = {
  /** By node, what it needs from above. Without an entry it needs nothing. */
  readonly needs: ReadonlyMap<Node, readonly Demand[]>
  readonly meetings: readonly Meeting<Node>[]
  /** Asker by asker, those of the meetings for which `isWanted`: that is dear, and seldom wanted of more than a few. */
  bindings(isWanted: (meeting: Meeting<Node>) => boolean): readonly Binding<Node>[]
}

/** Every demand is pushed up from dependent to dependent once: the work is the number of (edge, demand) pairs. */
export function analysePeers<Node>(graph: PeerGraph<Node>): PeerAnalysis<Node> {
  const askings = askingsOf(graph)
  const dependents = askings.length === 0 ? new Map<Node, Node[]>() : dependentsOf(graph)
  const providers = providersOf(graph, new Set(askings.map(({ demand }) => demand.name)))
  const needs = new Map<Node, Demand[]>()
  const meetings: Meeting<Node>[] = []
  for (const [demand, askers] of askersOf(askings)) {
    const providerAt = providers(demand.name)
    const met = new Set<Node>()
    const seen = new Set<Node>(askers.filter((node) => !graph.isMember(node)))
    const meet = (at: Node, provider: Node | undefined): void => {
      if (met.has(at)) return
      met.add(at)
      meetings.push({ peer: demand, at, provider })
    }
    for (const asker of askers) if (graph.isMember(asker)) meet(asker, providerAt(asker))
    // A set is visited in the order in which it grows.
    for (const node of seen) {
      const known = needs.get(node)
      if (known === undefined) needs.set(node, [demand])
      else known.push(demand)
      for (const dependent of dependents.get(node) ?? []) {
        if (seen.has(dependent) || met.has(dependent)) continue
        const provider = providerAt(dependent)
        if (provider !== undefined || graph.isMember(dependent)) meet(dependent, provider)
        else seen.add(dependent)
      }
    }
  }
  return {
    needs,
    meetings,
    bindings: (isWanted) => {
      const wanted = new Set(meetings.filter(isWanted).map(({ peer }) => peer))
      if (wanted.size === 0) return []
      const asked = askings.filter(({ demand }) => wanted.has(demand))
      return bindingsOf(graph, { asked, dependents, providers }).filter((binding) =>
        isWanted({ peer: binding.need.peer, at: binding.at, provider: binding.provider }),
      )
    },
  }
}

/** One asker and one of its peers. */
type Asking<Node> = { readonly asker: Node; readonly peer: PeerRequirement; readonly demand: Demand }

function askingsOf<Node>(graph: PeerGraph<Node>): readonly Asking<Node>[] {
  const demands = new Map<string, Demand>()
  const askings: Asking<Node>[] = []
  for (const asker of graph.nodes) {
    for (const peer of graph.peers(asker)) {
      const key = `${peer.name}\n${peer.range}\n${peer.optional}`
      let demand = demands.get(key)
      if (demand === undefined) demands.set(key, (demand = peer))
      askings.push({ asker, peer, demand })
    }
  }
  return askings
}

function askersOf<Node>(askings: readonly Asking<Node>[]): ReadonlyMap<Demand, readonly Node[]> {
  const askers = new Map<Demand, Node[]>()
  for (const { asker, demand } of askings) {
    const known = askers.get(demand)
    if (known === undefined) askers.set(demand, [asker])
    else known.push(asker)
  }
  return askers
}

/** The same walk for each asker alone, which knows the way it came. */
function bindingsOf<Node>(
  graph: PeerGraph<Node>,
  {
    asked,
    dependents,
    providers,
  }: {
    readonly asked: readonly Asking<Node>[]
    readonly dependents: ReadonlyMap<Node, readonly Node[]>
    readonly providers: Providers<Node>
  },
): readonly Binding<Node>[] {
  const bindings: Binding<Node>[] = []
  const queue: { readonly need: Need<Node>; readonly seen: Set<Node> }[] = []
  const bind = (need: Need<Node>, seen: Set<Node>, at: Node): void => {
    const provider = providers(need.peer.name)(at)
    if (provider !== undefined || graph.isMember(at)) bindings.push({ need, at, provider })
    else if (!seen.has(at)) {
      seen.add(at)
      queue.push({ need: { node: at, asker: need.asker, peer: need.peer, below: need }, seen })
    }
  }
  for (const { asker, peer } of asked) {
    const need = { node: asker, asker, peer, below: undefined }
    const seen = new Set([asker])
    if (graph.isMember(asker)) bind(need, seen, asker)
    else queue.push({ need, seen })
  }
  for (let index = 0; index < queue.length; index++) {
    const { need, seen } = queue[index] as (typeof queue)[number]
    for (const dependent of dependents.get(need.node) ?? []) bind(need, seen, dependent)
  }
  return bindings
}

/** By name, then by node: what the node offers to its dependencies under the name. */
type Providers<Node> = (name: string) => (at: Node) => Node | undefined

/** One look at every edge for all names that are asked for. */
function providersOf<Node>(graph: PeerGraph<Node>, names: ReadonlySet<string>): Providers<Node> {
  const byAlias = new Map<string, Map<Node, Node>>()
  const byName = new Map<string, Map<Node, Node>>()
  for (const name of names) {
    byAlias.set(name, new Map())
    byName.set(name, new Map())
  }
  for (const node of names.size === 0 ? [] : graph.nodes) {
    for (const [alias, target] of graph.edges(node)) {
      addFirst(byAlias.get(alias), node, target)
      const name = graph.name(target)
      if (name !== undefined) addFirst(byName.get(name), node, target)
    }
  }
  return (name) => {
    const [aliases, names] = [byAlias.get(name), byName.get(name)]
    const provider = (at: Node): Node | undefined => {
      const found = aliases?.get(at) ?? names?.get(at)
      if (found !== undefined) return found
      if (!graph.isMember(at)) return graph.name(at) === name ? at : undefined
      const fallback = graph.fallback(at)
      return fallback === undefined ? undefined : provider(fallback)
    }
    return provider
  }
}

function addFirst<Node>(known: Map<Node, Node> | undefined, node: Node, target: Node): void {
  if (known !== undefined && !known.has(node)) known.set(node, target)
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
