/**
 * The problem that the engine solves: facts from manifests and published versions, peers checked on every complete
 * assignment and turned into facts, assumptions given up cheapest first. docs/internals/resolver.md follows this file.
 */
import { memberId } from '@alkahest/core'
import type { PeerRequirement } from '@alkahest/core'
import { Engine } from './engine.ts'
import type { Problem } from './engine.ts'
import type { Derivation, Fact } from './fact.ts'
import { factsOf } from './incompatibility.ts'
import type { Assumption, Term, VariableId } from './incompatibility.ts'
import { nameOfId, optionalAssumption, peerKey, RANKS, wishOf } from './assumption.ts'
import { factAsIncompatibility, variablesOf, withTerm } from './fact-terms.ts'
import { sameChoices } from './choices.ts'
import type { Choices } from './choices.ts'
import { addedPeer, manifestPlace, peersOf } from './requirement.ts'
import { compareText, isLink, Model } from './model.ts'
import { allowedPeers, losesPeer, stepView } from './version-views.ts'
import type { Edge, Variable } from './model.ts'
import type { OverrideRule } from './overrides.ts'
import { analysePeers, pathOf } from './peers.ts'
import type { Binding, Meeting, Need, PeerAnalysis, PeerGraph } from './peers.ts'
import type { InputMember, PackageSource, ResolveInput } from './resolve-input.ts'
import type { GivenUp, SolverResult } from './solver-result.ts'
import type { VersionIndex } from './universe.ts'
import { complement, has, intersect, isEmpty, setOf, singleton, union } from './version-set.ts'
import type { VersionSet } from './version-set.ts'
import { SOLVE_STEPS_MAX, Work } from './work.ts'

/** A variable, or a member: members are `-1 - index`. */
export type Node = number

type Analysis = PeerAnalysis<Node> & { readonly graph: PeerGraph<Node>; broken?: readonly Binding<Node>[] }

export class Solver implements Problem<Fact> {
  readonly engine: Engine<Fact>
  readonly model: Model
  readonly givenUp: Map<Assumption, GivenUp>
  private readonly memberEdges: (readonly Edge[])[] = []
  private readonly told = new Set<string>()
  private readonly peerSlots = new Map<string, VariableId>()
  private analysed: { readonly choices: Choices; readonly slots: number; readonly analysis: Analysis } | undefined
  private readonly ranks = new Map<Assumption, number>()
  private readonly acceptedPeers: ReadonlySet<string>
  /** An assumption that costs too much: found while choosing, given up before going on. */
  private tooCostly: { assumption: Assumption; derivation: Derivation } | undefined

  /** The wishes that may be given up; undefined: all of them. */
  private readonly mayGiveUp: ReadonlySet<string> | undefined
  private readonly isDowngradeFine: boolean

  /** A graph too hard for its peers: none is insisted on any more. */
  private ignoresPeers = false

  private readonly looked = new Set<Derivation>()

  /** With `givenUp` these assumptions are dropped from the start; with `mayGiveUp` no other wishes may be than these. */
  constructor(
    input: ResolveInput,
    source: PackageSource,
    options: {
      readonly opened: Set<string>
      readonly deepRules?: readonly OverrideRule[]
      readonly givenUp?: ReadonlyMap<Assumption, GivenUp>
      readonly mayGiveUp?: ReadonlySet<string>
      /** Without the downgrade guard. */
      readonly isDowngradeFine?: boolean
      readonly work?: Work
    },
  ) {
    const { opened, deepRules = [], givenUp, mayGiveUp } = options
    this.engine = new Engine(options.work)
    this.mayGiveUp = mayGiveUp
    this.isDowngradeFine = options.isDowngradeFine === true
    this.givenUp = new Map(givenUp)
    for (const assumption of this.givenUp.keys()) this.engine.drop(assumption)
    this.model = new Model(input, source, { opened, deepRules, addVariable: (size) => this.engine.addVariable(size) })
    const accepted = input.locked?.peerConflicts ?? []
    this.acceptedPeers = new Set(
      accepted.map((one) => peerKey(nameOfId(one.package), { ...one, isBound: one.found !== undefined })),
    )
    this.model.members.forEach((member, index) => {
      const edges = this.model.memberEdges(member)
      this.memberEdges[index] = edges
      for (const edge of edges) this.tellRequirement(edge)
    })
    this.keepAddedPeers()
  }

  /** Peers that the lockfile added for members stay while something needs them: first they are there, later they are looked at. */
  private keepAddedPeers(): void {
    const { locked, unlock } = this.model.input
    if (locked === undefined || unlock === 'all') return
    this.model.members.forEach((member, index) => {
      const edges = locked.members.find(({ path }) => path === member.path)?.edges ?? []
      for (const { alias, kind, target: lockedTarget } of edges) {
        const isAsked = this.memberEdges[index]?.some(({ requirement }) => requirement.alias === alias) === true
        if (kind !== 'peer' || isAsked || lockedTarget === undefined) continue
        const target = this.model.peerSlot(member.path, alias, '*')
        if (target.kind !== 'variable') continue
        const { variable, allowed } = target
        this.peerSlots.set(`${member.path}\n${alias}`, variable)
        const cause: Fact = {
          kind: 'given',
          variable,
          text: `the lockfile has ${lockedTarget} for ${manifestPlace(member.path)}`,
        }
        this.engine.add(
          factAsIncompatibility(
            cause,
            [{ variable, set: complement(allowed) }],
            [['locked', member.path, alias].join('\n')],
          ),
        )
      }
    })
  }

  /** Solves, then binds peers, and again until every peer is bound in its range or given up. */
  solve(): SolverResult {
    while (true) {
      const result = this.engine.run(this)
      if (result.kind === 'stopped') return result
      if (result.kind === 'exhausted') {
        if (!this.ignorePeers()) return result
        continue
      }
      if (result.kind === 'failed') {
        const assumption = this.cheapest(result.root)
        if (assumption === undefined) return { kind: 'failed', derivation: result.root }
        this.giveUp(assumption, { derivation: result.root, model: this.model, isCostly: false })
      } else if (this.tooCostly !== undefined) {
        const { assumption, derivation } = this.tooCostly
        this.tooCostly = undefined
        this.giveUp(assumption, { derivation, model: this.model, isCostly: true })
      } else if (this.isUnsure()) {
        return { kind: 'stopped' }
      } else if (!this.tellPeers()) {
        return { kind: 'solved' }
      }
    }
  }

  /**
   * Rather an install with conflicts than none: npm and pnpm would succeed. False: it was no peer that made it hard, or
   * this is an attempt that somebody makes who has an answer.
   */
  private ignorePeers(): boolean {
    if (this.ignoresPeers || this.mayGiveUp !== undefined || this.ranks.size === 0) return false
    this.ignoresPeers = true
    for (const assumption of this.ranks.keys()) {
      if (this.givenUp.has(assumption)) continue
      this.giveUp(assumption, { derivation: undefined, model: this.model, isCostly: true })
    }
    this.engine.grant(new Work(SOLVE_STEPS_MAX))
    return true
  }

  choose(undecided: Iterable<VariableId>): { variable: VariableId; value: number } | undefined {
    for (const id of undecided) {
      const variable = this.model.variable(id)
      const possible = this.engine.possible(id)
      const value = this.model.best(variable, possible, (other) => this.engine.decision(other))
      if (value === undefined) continue
      this.tooCostly = this.isTooCostly(variable, value)
      return this.tooCostly === undefined ? { variable: id, value } : undefined
    }
    return undefined
  }

  consequences(id: VariableId, value: number): readonly Derivation[] {
    const key = `${id} ${value}`
    if (this.told.has(key)) return []
    const variable = this.model.variable(id)
    if (variable.member === undefined && variable.universe.candidate(value) === undefined) {
      this.told.add(key)
      const version = variable.universe.version(value)
      return [
        factAsIncompatibility({ kind: 'unusable', variable: id, version }, [
          { variable: id, set: singleton(variable.universe.size, value) },
        ]),
      ]
    }
    const edges = this.model.edgesOf(variable, value)
    if (edges.every((edge) => edge.target.kind !== 'pending')) this.told.add(key)
    return edges.flatMap((edge) => this.dependencyFact(variable, value, edge) ?? [])
  }

  /** Something that is not loaded yet would make the rest of this run a guess. */
  onConflict(conflict: Derivation): boolean {
    for (const one of factsOf(conflict, this.looked)) for (const id of variablesOf(one)) this.openIfClosed(id)
    for (const term of conflict.terms) this.openIfClosed(term.variable)
    return !this.isUnsure()
  }

  /** Whether something has to be loaded or opened before an outcome can be believed. */
  isUnsure(): boolean {
    return this.model.neededNames.size > 0 || this.model.neededExternals.size > 0 || this.model.isReopened
  }

  /** The chosen value of each variable; undefined: absent. */
  choices(): (VersionIndex | undefined)[] {
    return this.model.variables.map((variable) => {
      const value = this.engine.decision(variable.id)
      return value === variable.universe.size - 1 ? undefined : value
    })
  }

  memberNode(member: InputMember): Node {
    return -1 - this.model.members.indexOf(member)
  }

  member(node: Node): InputMember | undefined {
    return node < 0 ? this.model.members[-1 - node] : undefined
  }

  /** Takes back the peers that were added for packages which merging removed. True: there were some. */
  dropUnneededPeers(choices: Choices): boolean {
    if (this.peerSlots.size === 0) return false
    const { meetings } = this.analyse(choices)
    const serves = ({ peer, provider }: Meeting<Node>): boolean =>
      !peer.optional && provider !== undefined && this.isInRange({ provider, peer }, choices)
    const needed = new Set(meetings.filter(serves).map(({ provider }) => provider))
    const unneeded = [...this.peerSlots].filter(([, id]) => choices[id] !== undefined && !needed.has(id))
    for (const [key] of unneeded) this.peerSlots.delete(key)
    return unneeded.length > 0
  }

  /** The edges of a node that lead somewhere, peers that were added for a member included. */
  edges(node: Node, choices: Choices): readonly Edge[] {
    const member = this.member(node)
    if (member === undefined) {
      const value = choices[node]
      return value === undefined ? [] : this.model.edgesOf(this.model.variable(node), value)
    }
    const own = this.memberEdges[-1 - node] ?? []
    const added: Edge[] = []
    for (const [key, id] of this.peerSlots) {
      const [path, alias] = key.split('\n')
      if (path !== member.path || alias === undefined || choices[id] === undefined) continue
      const target = this.model.peerSlot(member.path, alias, '*')
      if (target.kind === 'variable') added.push({ requirement: addedPeer(member.path, alias), target })
    }
    return added.length === 0
      ? own
      : [...own, ...added.sort((a, b) => compareText(a.requirement.alias, b.requirement.alias))]
  }

  /** The graph of these choices, for binding peers. Only what members reach is in it. */
  peerGraph(choices: Choices): PeerGraph<Node> {
    const memberCount = this.model.members.length
    const edges: (readonly (readonly [string, Node])[] | undefined)[] = []
    const isSeen: boolean[] = []
    const nodes: Node[] = this.model.members.map((_, index) => -1 - index)
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index] as Node
      const targets: [string, Node][] = []
      for (const { requirement, target } of this.edges(node, choices)) {
        if (target.kind !== 'variable' || choices[target.variable] === undefined) continue
        targets.push([requirement.alias, target.variable])
        if (isSeen[target.variable] === true) continue
        isSeen[target.variable] = true
        nodes.push(target.variable)
      }
      edges[node + memberCount] = targets
    }
    const rootIndex = this.model.members.findIndex((member) => member.path === '.')
    const rootNode = rootIndex < 0 ? undefined : -1 - rootIndex
    return {
      nodes,
      edges: (node) => edges[node + memberCount] ?? [],
      peers: (node) => this.peers(node, choices[node]),
      name: (node) => (node < 0 ? this.member(node)?.manifest.name : this.model.variable(node).universe.name),
      fallback: (node) => (node < 0 && node !== rootNode ? rootNode : undefined),
      isMember: (node) => node < 0,
    }
  }

  /** Remembered for the last choices: the same are looked at again and again. */
  analyse(choices: Choices): Analysis {
    const { analysed } = this
    if (analysed?.slots === this.peerSlots.size && sameChoices(analysed.choices, choices)) return analysed.analysis
    const graph = this.peerGraph(choices)
    const analysis: Analysis = { ...analysePeers(graph), graph }
    this.analysed = { choices, slots: this.peerSlots.size, analysis }
    return analysis
  }

  peers(node: Node, value: VersionIndex | undefined): readonly PeerRequirement[] {
    const member = this.member(node)
    if (member !== undefined) return peersOf(member.manifest)
    const variable = this.model.variable(node)
    if (value === undefined || isLink(variable)) return []
    return variable.member === undefined ? variable.universe.peers(value) : []
  }

  assumptionOf(asker: Node, peer: PeerRequirement, provider: Node | undefined): Assumption {
    const name = this.askerName(asker)
    const at = provider === undefined || provider < 0 ? '' : this.model.variable(provider).key
    const from = asker < 0 ? '' : this.model.variable(asker).key
    const assumption = ['peer', name, peer.name, at, from].join('\n')
    const rank = peer.optional ? RANKS.optionalPeer : this.isDirect(asker) ? RANKS.directPeer : RANKS.deepPeer
    this.ranks.set(assumption, Math.max(rank, this.ranks.get(assumption) ?? rank))
    return assumption
  }

  /** `isBound`: something provides it. A conflict that was accepted when nothing did says nothing about a wrong version. */
  isGivenUp(need: Need<Node>, provider: Node | undefined, isBound: boolean): boolean {
    const { asker, peer } = need
    const name = this.askerName(asker)
    return (
      this.ignoresPeers ||
      this.givenUp.has(this.assumptionOf(asker, peer, provider)) ||
      this.acceptedPeers.has(peerKey(name, { peer: peer.name, range: peer.range, isBound }))
    )
  }

  /** Whether the solution makes use of having given it up. */
  isViolated(assumption: Assumption): boolean {
    return assumption.startsWith('optional\n') || this.violated().has(assumption)
  }

  /** Assumptions about peers that the solution does not keep. */
  private violated(): ReadonlySet<Assumption> {
    const choices = this.choices()
    const violated = new Set<Assumption>()
    for (const { need, provider, at } of this.broken(choices)) {
      if (provider === undefined) {
        const target = this.model.peerSlot(this.member(at)?.path ?? '.', need.peer.name, '*')
        violated.add(this.assumptionOf(need.asker, need.peer, target.kind === 'variable' ? target.variable : undefined))
      } else {
        violated.add(this.assumptionOf(need.asker, need.peer, provider))
      }
    }
    return violated
  }

  /** Every asker of a peer that these choices do not keep: bound outside its range, or required and not there at all. */
  broken(choices: Choices): readonly Binding<Node>[] {
    const analysis = this.analyse(choices)
    analysis.broken ??= analysis.bindings(({ peer, provider }) => {
      return provider === undefined ? !peer.optional : !this.isInRange({ provider, peer }, choices)
    })
    return analysis.broken
  }

  isInRange(
    { provider, peer }: { readonly provider: Node; readonly peer: PeerRequirement },
    choices: Choices,
  ): boolean {
    const value = choices[provider]
    return provider < 0 || (value !== undefined && has(allowedPeers(this.model.variable(provider), peer), value))
  }

  /** A name that is to be one version is that for its peers too: one version or an explanation. */
  private isHard({ peer }: Need<Node>): boolean {
    return this.model.isSingle(peer.name)
  }

  private askerName(asker: Node): string {
    return asker < 0 ? memberId(this.member(asker)?.path ?? '.') : this.model.variable(asker).universe.name
  }

  private isDirect(node: Node): boolean {
    return node < 0 || this.model.variable(node).isSlot
  }

  private giveUp(assumption: Assumption, reason: GivenUp): void {
    this.givenUp.set(assumption, reason)
    this.engine.drop(assumption)
  }

  private tellRequirement({ requirement, target }: Edge): void {
    if (target.kind === 'variable') {
      const { variable, allowed } = target
      const assumes = requirement.kind === 'optional' ? [optionalAssumption('.', requirement.alias)] : []
      this.engine.add(
        factAsIncompatibility(
          { kind: 'requirement', requirement, variable },
          [{ variable, set: complement(allowed) }],
          assumes,
        ),
      )
    } else if (target.kind === 'nothing' && requirement.kind !== 'optional') {
      this.engine.add(
        factAsIncompatibility(
          { kind: 'missing', requirement, dependent: undefined, versions: undefined, reason: target.reason },
          [],
        ),
      )
    }
  }

  private dependencyFact(variable: Variable, value: number, edge: Edge): Derivation | undefined {
    const { requirement, target } = edge
    const isOptional = requirement.kind === 'optional'
    if (target.kind === 'left-out' || target.kind === 'pending') return undefined
    if (target.kind === 'nothing' && isOptional) return undefined
    const same = this.neighbours(variable, value, (other) =>
      this.model
        .edgesOf(variable, other)
        .some(
          ({ requirement: one }) =>
            one.alias === requirement.alias && one.specifier === requirement.specifier && one.kind === requirement.kind,
        ),
    )
    const dependent: Term = { variable: variable.id, set: same }
    if (target.kind === 'nothing') {
      const { reason } = target
      return factAsIncompatibility({ kind: 'missing', requirement, dependent: variable.id, versions: same, reason }, [
        dependent,
      ])
    }
    const assumes = isOptional ? [optionalAssumption(variable.universe.name, requirement.alias)] : []
    if (assumes.some((assumption) => this.engine.isDropped(assumption))) return undefined
    const terms = withTerm([dependent], { variable: target.variable, set: complement(target.allowed) })
    return factAsIncompatibility(
      { kind: 'dependency', requirement, dependent: variable.id, versions: same, variable: target.variable },
      terms,
      assumes,
    )
  }

  /**
   * The versions beside this one of which the same holds: one fact for all of them makes a shorter proof. Looked for only
   * after a conflict, because reading documents that nobody tries is what most resolutions can do without.
   */
  private neighbours(variable: Variable, value: VersionIndex, isSame: (other: VersionIndex) => boolean): VersionSet {
    const { universe, allowed } = variable
    if (this.engine.conflicts === 0) return singleton(universe.size, value)
    const found = [value]
    for (const step of [-1, 1]) {
      for (let other = value + step; other >= 0 && other < universe.size - 1; other += step) {
        if (!has(allowed, other)) continue
        if (universe.candidate(other) === undefined || !isSame(other)) break
        found.push(other)
      }
    }
    return setOf(universe.size, found)
  }

  /** Turns peers that are violated, and only when there are none those that are missing, into facts. False: there are none. */
  private tellPeers(): boolean {
    const choices = this.choices()
    const bindings = this.broken(choices)
    let isChanged = false
    for (const binding of bindings) {
      if (this.tellBound(binding)) isChanged = true
    }
    if (isChanged) return true
    for (const binding of bindings) {
      if (binding.provider === undefined && this.tellMissing(binding, choices)) isChanged = true
    }
    return isChanged || this.isUnsure()
  }

  private tellBound(binding: Binding<Node>): boolean {
    const { need, provider } = binding
    if (provider === undefined || provider < 0 || this.isGivenUp(need, provider, true)) return false
    const variable = this.model.variable(provider)
    const allowed = allowedPeers(variable, need.peer)
    // An absent provider satisfies an optional peer and not a required one.
    const absent = setOf(variable.universe.size, [variable.universe.size - 1])
    this.tellPeer(binding, { variable: provider, allowed: need.peer.optional ? union(allowed, absent) : allowed })
    return true
  }

  /** A required peer that nothing provides is added to the member, in any version that is old enough. */
  private tellMissing(binding: Binding<Node>, choices: Choices): boolean {
    const { need, at } = binding
    const member = this.member(at)
    if (need.peer.optional || member === undefined) return false
    const target = this.model.peerSlot(member.path, need.peer.name, '*')
    if (target.kind === 'pending') return true
    const provider = target.kind === 'variable' ? target : undefined
    if (this.isGivenUp(need, provider?.variable, false)) return false
    if (provider === undefined) {
      this.tellPeer(binding, undefined)
      return true
    }
    const variable = this.model.variable(provider.variable)
    const allowed = intersect(allowedPeers(variable, need.peer), provider.allowed)
    if (isEmpty(allowed) && variable.universe.isClosed) {
      this.model.open(variable.universe)
      return true
    }
    const key = `${member.path}\n${need.peer.name}`
    const isNew = !isEmpty(allowed) && !this.peerSlots.has(key)
    if (isNew) this.peerSlots.set(key, variable.id)
    const value = choices[variable.id]
    // In single mode it may stand there already, and only the slot is new.
    if (value !== undefined && has(allowed, value)) return isNew
    this.tellPeer(binding, { variable: variable.id, allowed })
    return true
  }

  /** "All of the path stands, and the provider is not one of the allowed": impossible, as long as the peer is insisted on. */
  private tellPeer(
    binding: Binding<Node>,
    provider: { readonly variable: VariableId; readonly allowed: VersionSet } | undefined,
  ): void {
    const choices = this.choices()
    const { need, at } = binding
    const path = pathOf(binding)
    let terms: Term[] = []
    const steps = at < 0 ? path : [at, ...path]
    steps.forEach((node, index) => {
      const below = steps[index + 1] ?? need.asker
      terms = withTerm(terms, {
        variable: node,
        set: this.sameStep(node, choices[node] ?? 0, { below, peer: need.peer.name }),
      })
    })
    let versions: VersionSet | undefined
    if (need.asker >= 0) {
      const variable = this.model.variable(need.asker)
      versions = this.neighbours(variable, choices[need.asker] ?? 0, (other) =>
        this.peers(need.asker, other).some((one) => one.name === need.peer.name && one.range === need.peer.range),
      )
      terms = withTerm(terms, { variable: need.asker, set: versions })
    }
    if (provider !== undefined) {
      terms = withTerm(terms, { variable: provider.variable, set: complement(provider.allowed) })
    }
    const asker = need.asker < 0 ? { member: this.member(need.asker)?.path ?? '.' } : need.asker
    const member = this.member(at)?.path
    const cause: Fact = {
      kind: 'peer',
      asker,
      versions,
      peer: need.peer,
      path: steps,
      member,
      provider: provider?.variable,
    }
    const assumes = this.isHard(need) ? [] : [this.assumptionOf(need.asker, need.peer, provider?.variable)]
    this.engine.add(factAsIncompatibility(cause, terms, assumes))
  }

  /** The versions of a node on the path that lead to the same step and provide the peer, or do not, just as this one. */
  private sameStep(node: VariableId, value: VersionIndex, step: { below: VariableId; peer: string }): VersionSet {
    const variable = this.model.variable(node)
    const view = (index: VersionIndex): string => stepView(this.model, variable, { index, ...step })
    const own = view(value)
    return this.neighbours(variable, value, (other) => view(other) === own)
  }

  /**
   * The downgrade guard. Rather than sink by more than a major version, below the locked version, or to a version from
   * before its author declared the peer, a package keeps its version and the peer is given up.
   */
  private isTooCostly(
    variable: Variable,
    value: VersionIndex,
  ): { assumption: Assumption; derivation: Derivation } | undefined {
    const { universe } = variable
    if (this.isDowngradeFine) return undefined
    const wanted = this.model.best(variable, variable.allowed, (other) => this.engine.decision(other))
    if (wanted === undefined || wanted <= value || has(this.engine.possible(variable.id), wanted)) return undefined
    const derivation = this.engine.excludedBy(variable.id, wanted)
    const assumption = derivation === undefined ? undefined : this.cheapest(derivation)
    if (derivation === undefined || assumption === undefined) return undefined
    // Nobody asked for a peer that was added: any version that suits all who look at it is as good.
    const isAdded = [...this.peerSlots.values()].includes(variable.id)
    const isDeep = !isAdded && universe.majorOf(wanted) - universe.majorOf(value) > 1
    const isBelowLocked = variable.lockedVersion === wanted
    return isDeep || isBelowLocked || losesPeer(variable, { wanted, value }) ? { assumption, derivation } : undefined
  }

  /** What is given up first: the lowest rank, then the first by text. */
  private cheapest(derivation: Derivation): Assumption | undefined {
    const { mayGiveUp } = this
    const [first] = derivation.assumes
      .filter((assumption) => mayGiveUp === undefined || mayGiveUp.has(wishOf(assumption)))
      .sort((left, right) => this.rank(left) - this.rank(right) || compareText(left, right))
    return first
  }

  rank(assumption: Assumption): number {
    return this.ranks.get(assumption) ?? (assumption.startsWith('locked\n') ? RANKS.locked : RANKS.optionalDependency)
  }

  private openIfClosed(id: VariableId): void {
    const { universe } = this.model.variable(id)
    if (universe.isClosed) this.model.open(universe)
  }
}
