/**
 * PubGrub over sets: unit propagation, conflict resolution with learning and backjumping, decisions. It knows variables,
 * sets and incompatibilities and nothing of packages. Why it ends and why its answers are right stands in
 * docs/internals/resolver.md, whose words are used here.
 */
import { invariant } from '@alkahest/core'
import { resolvent } from './incompatibility.ts'
import type { Assumption, Incompatibility, Term, VariableId } from './incompatibility.ts'
import { areDisjoint, complement, fullSet, has, intersect, isSubset, singleton } from './version-set.ts'
import type { VersionSet } from './version-set.ts'
import { SOLVE_STEPS_MAX, Work } from './work.ts'

/** What the engine asks of the world that it solves. */
export interface Problem<Fact> {
  /** A value for one of the required and undecided variables (ascending), or undefined to leave the rest undecided. */
  choose(undecided: Iterable<VariableId>): { readonly variable: VariableId; readonly value: number } | undefined
  /** What follows from the value, told just before it is decided. Called again after a backjump: give each fact once. */
  consequences(variable: VariableId, value: number): readonly Incompatibility<Fact>[]
  /** Called for every conflict; false stops the run. */
  onConflict(conflict: Incompatibility<Fact>): boolean
}

export type RunResult<Fact> =
  | { readonly kind: 'solved' }
  | { readonly kind: 'stopped' }
  /** There was more to do than it may. */
  | { readonly kind: 'exhausted' }
  /** It has no terms: its assumptions cannot all hold, and without any nothing can. */
  | { readonly kind: 'failed'; readonly root: Incompatibility<Fact> }

type Assignment<Fact> = {
  readonly index: number
  readonly variable: VariableId
  /** Everything known of the variable at this point. */
  readonly total: VersionSet
  readonly level: number
  /** Undefined: a decision. */
  readonly cause: Incompatibility<Fact> | undefined
}

type VariableState<Fact> = {
  readonly all: VersionSet
  readonly absent: number
  assignments: Assignment<Fact>[]
  incompatibilities: Incompatibility<Fact>[]
  decided: number | undefined
}

export class Engine<Fact> {
  decisions = 0
  conflicts = 0
  private work: Work
  private readonly variables: VariableState<Fact>[] = []
  private readonly trail: Assignment<Fact>[] = []
  private level = 0
  private readonly dropped = new Set<Assumption>()
  /** Incompatibilities that may be unit although no variable of theirs has changed since. */
  private pending: Incompatibility<Fact>[] = []
  /** Incompatibilities of one term hold from the start, also after a restart. */
  private units: Incompatibility<Fact>[] = []
  private readonly changed = new Set<VariableId>()
  /** No required and undecided variable lies below. */
  private firstUndecided = 0

  /** Several engines may share their work. */
  constructor(work: Work = new Work(SOLVE_STEPS_MAX)) {
    this.work = work
  }

  /** More to do, after it was exhausted. */
  grant(work: Work): void {
    this.work = work
    this.restart()
  }

  /** A variable with the values `0 .. size-1`, the last of them meaning that it is absent. */
  addVariable(size: number): VariableId {
    this.variables.push({
      all: fullSet(size),
      absent: size - 1,
      assignments: [],
      incompatibilities: [],
      decided: undefined,
    })
    return this.variables.length - 1
  }

  /** What rests on a dropped assumption is not taken. */
  add(incompatibility: Incompatibility<Fact>): void {
    if (incompatibility.assumes.some((assumption) => this.dropped.has(assumption))) return
    for (const term of incompatibility.terms) this.state(term.variable).incompatibilities.push(incompatibility)
    if (incompatibility.terms.length <= 1) this.units.push(incompatibility)
    this.pending.push(incompatibility)
  }

  /** The values that are still possible. */
  possible(variable: VariableId): VersionSet {
    const state = this.state(variable)
    return state.assignments.at(-1)?.total ?? state.all
  }

  decision(variable: VariableId): number | undefined {
    return this.state(variable).decided
  }

  isRequired(variable: VariableId): boolean {
    return !has(this.possible(variable), this.state(variable).absent)
  }

  isDropped(assumption: Assumption): boolean {
    return this.dropped.has(assumption)
  }

  /** What first made the value impossible, or undefined when it is possible. */
  excludedBy(variable: VariableId, value: number): Incompatibility<Fact> | undefined {
    return this.state(variable).assignments.find((assignment) => !has(assignment.total, value))?.cause
  }

  /** Forgets an assumption with everything that rests on it, and starts over with what was learned besides. */
  drop(assumption: Assumption): void {
    this.dropped.add(assumption)
    const stays = (one: Incompatibility<Fact>): boolean => !one.assumes.includes(assumption)
    for (const state of this.variables) state.incompatibilities = state.incompatibilities.filter(stays)
    this.units = this.units.filter(stays)
    this.restart()
  }

  /** Back to the state before the first decision. */
  restart(): void {
    this.backjump(-1)
    this.level = 0
    this.pending = [...this.units]
  }

  run(problem: Problem<Fact>): RunResult<Fact> {
    while (true) {
      const stop = this.propagate(problem)
      if (stop !== undefined) return stop
      const choice = problem.choose(this.undecided())
      if (choice === undefined) return { kind: 'solved' }
      for (const incompatibility of problem.consequences(choice.variable, choice.value)) this.add(incompatibility)
      this.decide(choice.variable, choice.value)
    }
  }

  /** Required variables without a decision, ascending. */
  *undecided(): Generator<VariableId> {
    let isFirst = true
    for (let variable = this.firstUndecided; variable < this.variables.length; variable++) {
      if (this.state(variable).decided !== undefined || !this.isRequired(variable)) continue
      if (isFirst) this.firstUndecided = variable
      isFirst = false
      yield variable
    }
    if (isFirst) this.firstUndecided = this.variables.length
  }

  private state(variable: VariableId): VariableState<Fact> {
    const state = this.variables[variable]
    invariant(state !== undefined, 'a variable is used after it was added')
    return state
  }

  private decide(variable: VariableId, value: number): void {
    const state = this.state(variable)
    invariant(has(this.possible(variable), value), 'a decision is possible')
    this.decisions++
    this.level++
    this.assign(variable, singleton(state.all.size, value), undefined)
    state.decided = value
  }

  private assign(variable: VariableId, total: VersionSet, cause: Incompatibility<Fact> | undefined): void {
    const assignment = { index: this.trail.length, variable, total, level: this.level, cause }
    this.trail.push(assignment)
    const state = this.state(variable)
    state.assignments.push(assignment)
    if (variable < this.firstUndecided && state.decided === undefined) this.firstUndecided = variable
    this.changed.add(variable)
  }

  /** Until nothing follows any more. */
  private propagate(problem: Problem<Fact>): RunResult<Fact> | undefined {
    while (true) {
      const conflict = this.propagatePending() ?? this.propagateChanged()
      if (conflict === undefined) return undefined
      this.conflicts++
      if (this.work.isOver) return { kind: 'exhausted' }
      if (!problem.onConflict(conflict)) return { kind: 'stopped' }
      const root = this.resolveConflict(conflict)
      if (root !== undefined) return { kind: 'failed', root }
    }
  }

  private propagatePending(): Incompatibility<Fact> | undefined {
    for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) {
      if (this.unit(next)) return next
    }
    return undefined
  }

  private propagateChanged(): Incompatibility<Fact> | undefined {
    for (const variable of this.changed) {
      this.changed.delete(variable)
      const { incompatibilities } = this.state(variable)
      // The newest first: learned ones say the most.
      for (let index = incompatibilities.length - 1; index >= 0; index--) {
        const incompatibility = incompatibilities[index]
        if (incompatibility !== undefined && this.unit(incompatibility)) return incompatibility
      }
    }
    return undefined
  }

  /** Derives what an incompatibility with one open term says of it. True: all its terms hold, which is a conflict. */
  private unit(incompatibility: Incompatibility<Fact>): boolean {
    this.work.take(incompatibility.terms.length)
    let open: Term | undefined
    for (const term of incompatibility.terms) {
      const possible = this.possible(term.variable)
      if (areDisjoint(possible, term.set)) return false
      if (isSubset(possible, term.set)) continue
      if (open !== undefined) return false
      open = term
    }
    if (open === undefined) return true
    this.assign(open.variable, intersect(this.possible(open.variable), complement(open.set)), incompatibility)
    return false
  }

  /** Learns why the conflict came about and goes back to where it can be avoided; the empty incompatibility when nowhere. */
  private resolveConflict(conflict: Incompatibility<Fact>): Incompatibility<Fact> | undefined {
    let incompatibility = conflict
    while (incompatibility.terms.length > 0) {
      const { latest, previousLevel } = this.latestSatisfier(incompatibility)
      if (latest.cause === undefined || previousLevel < latest.level) {
        this.backjump(previousLevel)
        // Adding it also queues it, and it is unit now: that is what the jump was for.
        if (incompatibility === conflict) this.pending.push(incompatibility)
        else this.add(incompatibility)
        return undefined
      }
      incompatibility = resolvent(incompatibility, latest.cause, latest.variable)
    }
    return incompatibility
  }

  /** The assignment that made the last of the terms hold, and the level at which all the others held. */
  private latestSatisfier(incompatibility: Incompatibility<Fact>): {
    latest: Assignment<Fact>
    previousLevel: number
  } {
    let latest: Assignment<Fact> | undefined
    let latestTerm: Term | undefined
    let previousLevel = 0
    for (const term of incompatibility.terms) {
      const satisfier = this.satisfier(term)
      if (latest === undefined || satisfier.index > latest.index) {
        previousLevel = Math.max(previousLevel, latest?.level ?? 0)
        latest = satisfier
        latestTerm = term
      } else {
        previousLevel = Math.max(previousLevel, satisfier.level)
      }
    }
    invariant(latest !== undefined && latestTerm !== undefined, 'a conflict has terms')
    return { latest, previousLevel: Math.max(previousLevel, this.levelBefore(latest, latestTerm)) }
  }

  /** When the assignment alone does not make its term hold, an earlier one of the same variable counts as well. */
  private levelBefore(latest: Assignment<Fact>, term: Term): number {
    const own = latest.cause?.terms.find((one) => one.variable === latest.variable)?.set
    if (own === undefined) return 0
    const allowed = complement(own)
    if (isSubset(allowed, term.set)) return 0
    // The rest of the proof is that the variable's earlier state lies within "term or own".
    return (
      this.state(latest.variable).assignments.find((one) => isSubset(intersect(one.total, allowed), term.set))?.level ??
      0
    )
  }

  private satisfier(term: Term): Assignment<Fact> {
    const found = this.state(term.variable).assignments.find((one) => isSubset(one.total, term.set))
    invariant(found !== undefined, 'every term of a conflict holds')
    return found
  }

  /** Takes back every assignment above the level. What followed from older ones alone must be derived again. */
  private backjump(level: number): void {
    this.changed.clear()
    while (true) {
      const last = this.trail.at(-1)
      if (last === undefined || last.level <= level) break
      this.trail.pop()
      const state = this.state(last.variable)
      state.assignments.pop()
      if (last.cause === undefined) state.decided = undefined
      else this.pending.push(last.cause)
      if (last.variable < this.firstUndecided) this.firstUndecided = last.variable
    }
    this.level = level
  }
}
