/**
 * Derivations in words. A short proof is one sentence; a longer one follows PubGrub's scheme: each line draws one
 * conclusion, a conclusion that is used twice gets a number. Nothing is decided here.
 */
import { EXPLANATION_LINES_MAX } from './explanation.ts'
import type { Derivation, Fact, MissingReason } from './fact.ts'
import { factsOf } from './incompatibility.ts'
import type { Term, VariableId } from './incompatibility.ts'
import type { Model } from './model.ts'
import { manifestPlace } from './requirement.ts'
import type { Requirement } from './requirement.ts'
import { areDisjoint, has, isSubset, union, valuesOf } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** Proofs with at most so many facts are one sentence. */
const FACTS_PER_SENTENCE_MAX = 4

/** Runs of versions are listed up to here, then counted. */
const RUNS_SHOWN_MAX = 3

/** The lines of an explanation; `conclusion` ends it. */
export function explainDerivation(model: Model, root: Derivation, conclusion: string): readonly string[] {
  const facts = factTexts(model, factsOf(root))
  if (facts.length <= FACTS_PER_SENTENCE_MAX) return [`Because ${joinSentences(facts)}, ${conclusion}.`]
  const lines = new Proof(model, conclusion).lines(root)
  if (lines.length <= EXPLANATION_LINES_MAX) return lines
  const shown = facts.slice(0, EXPLANATION_LINES_MAX - 2).map((text) => `- ${text}`)
  const rest = facts.length - shown.length
  return [
    `These cannot all hold${rest > 0 ? ` (the ${shown.length} nearest of ${facts.length})` : ''}:`,
    ...shown,
    `So ${conclusion}.`,
  ]
}

/** What the manifests ask comes first, one clause for each manifest; then what follows from it. */
function factTexts(model: Model, facts: readonly Fact[]): readonly string[] {
  const order = ['requirement', 'dependency', 'missing', 'peer', 'unusable', 'given']
  const sorted = facts.toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind))
  const asked = new Map<string, string[]>()
  for (const fact of sorted) {
    if (fact.kind !== 'requirement' || fact.requirement.from.kind !== 'member') continue
    const place = manifestPlace(fact.requirement.from.path)
    asked.set(place, [...(asked.get(place) ?? []), askedText(fact.requirement)].sort())
  }
  const asking = [...asked].map(([place, texts]) => `${place} asks for ${joinClauses([...new Set(texts)])}`)
  const others = sorted.filter((fact) => fact.kind !== 'requirement')
  return [...asking, ...new Set(groupsOf(others).map((group) => groupText(model, group)))]
}

/** Facts that say the same of different versions of one package. */
function groupsOf(facts: readonly Fact[]): readonly (readonly Fact[])[] {
  return [...Map.groupBy(facts, groupKey).values()]
}

function groupKey(fact: Fact): unknown {
  if (fact.kind === 'dependency') return `dependency ${fact.dependent} ${fact.requirement.alias}`
  if (fact.kind === 'missing' && fact.dependent !== undefined) {
    const { alias, specifier } = fact.requirement
    return `missing ${fact.dependent} ${alias} ${specifier}`
  }
  if (fact.kind === 'peer' && typeof fact.asker === 'number') {
    return `peer ${fact.asker} ${fact.peer.name} ${fact.path.join(' ')}`
  }
  return fact
}

function groupText(model: Model, group: readonly Fact[]): string {
  const [first] = group as readonly [Fact, ...Fact[]]
  if (group.length === 1) return factText(model, first)
  const sets = group.flatMap((fact) => ('versions' in fact && fact.versions !== undefined ? [fact.versions] : []))
  const versions = sets.reduce(union)
  if (first.kind === 'dependency') {
    const asked = group.flatMap((fact) => (fact.kind === 'dependency' ? [fact.requirement.specifier] : []))
    return `${versionsText(model, first.dependent, versions)} depends on ${first.requirement.alias} ${rangesText(asked)}`
  }
  if (first.kind === 'peer') {
    const asked = group.flatMap((fact) => (fact.kind === 'peer' ? [fact.peer.range] : []))
    return peerText(model, { ...first, versions }, rangesText(asked))
  }
  return factText(model, first.kind === 'missing' ? { ...first, versions } : first)
}

/** Each version often asks for its own: the first and the last say enough. */
function rangesText(ranges: readonly string[]): string {
  const [...shown] = new Set(ranges)
  if (shown.length <= RUNS_SHOWN_MAX) return shown.join(' or ')
  const sorted = shown.toSorted(compareRanges)
  return `one of ${shown.length} ranges from ${sorted[0]} to ${sorted.at(-1)}`
}

function compareRanges(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}

/** One fact as a clause: `package.json asks for react ^19.0.0`. */
export function factText(model: Model, fact: Fact): string {
  switch (fact.kind) {
    case 'requirement':
      return asking(fact.requirement)
    case 'dependency': {
      const { dependent, versions, requirement } = fact
      return `${versionsText(model, dependent, versions)} depends on ${requirement.alias} ${requirement.specifier}`
    }
    case 'missing':
      return `${fact.dependent === undefined ? asking(fact.requirement) : dependingText(model, fact.dependent, fact)}, ${missingText(fact.requirement, fact.reason)}`
    case 'peer':
      return peerText(model, fact, fact.peer.range)
    case 'unusable':
      return `the registry's document of ${model.variable(fact.variable).universe.name} ${fact.version} cannot be used`
    case 'given':
      return fact.text
  }
}

function asking(requirement: Requirement): string {
  const { from } = requirement
  const place = from.kind === 'member' ? manifestPlace(from.path) : `${from.name} ${from.version}`
  return `${place} asks for ${askedText(requirement)}`
}

function askedText({ alias, specifier, catalog }: Requirement): string {
  return `${alias} ${specifier}${catalog === undefined ? '' : ` (catalog ${catalog})`}`
}

function dependingText(model: Model, dependent: VariableId, fact: Fact & { kind: 'missing' }): string {
  const { alias, specifier } = fact.requirement
  const set = fact.versions ?? model.variable(dependent).allowed
  return `${versionsText(model, dependent, set)} depends on ${alias} ${specifier}`
}

function peerText(model: Model, { asker, versions, path, peer }: Fact & { kind: 'peer' }, ranges: string): string {
  const who =
    typeof asker === 'number'
      ? versionsText(model, asker, versions ?? model.variable(asker).allowed)
      : manifestPlace(asker.member)
  const via = path.map((id) => model.variable(id).universe.name).join(' > ')
  return `${who}${via === '' ? '' : ` (through ${via})`} wants its peer ${peer.name} to be ${ranges}`
}

function missingText(requirement: Requirement, reason: MissingReason): string {
  switch (reason.kind) {
    case 'no-package':
      return `which is not in the registry`
    case 'no-version': {
      if (reason.tooYoung.length > 0) {
        const versions =
          reason.tooYoung.length === 1
            ? `version ${reason.tooYoung[0]} is`
            : `versions (${reason.tooYoung.at(-1)} and older) are`
        return `whose only matching ${versions} younger than minimumReleaseAge allows`
      }
      return `which no published version matches${reason.latest === undefined ? '' : ` (the latest is ${reason.latest})`}`
    }
    case 'no-tag':
      return `and the registry has no tag ${reason.tag} for it`
    case 'no-member':
      return reason.found === undefined
        ? `and no member of the workspace has that name`
        : `but the workspace has ${requirement.alias} ${reason.found}`
    case 'no-external':
      return `and nothing is there`
    case 'bad-specifier':
      return `which means nothing outside the project of its author`
  }
}

/** What a variable stands for, as the requirement that made it: `every version of lib in ^2.0.0`. */
function variableText(model: Model, id: VariableId): string {
  const variable = model.variable(id)
  const { universe, text, member, key, allowed } = variable
  if (member !== undefined) return `the member ${universe.name}`
  if (universe.versions.length === 1) return `${universe.name} ${universe.version(0)}`
  if (text === '*') return `every version of ${universe.name}`
  const range = key.startsWith('single|') ? model.rangeOf(variable) : undefined
  if (range !== undefined && !isSubset(allowed, range)) return `every version of ${universe.name} that is asked for`
  return /^[\d=v]/.test(text) ? `${universe.name} ${text}` : `every version of ${universe.name} in ${text}`
}

function versionsText(model: Model, id: VariableId, set: VersionSet): string {
  const { universe, allowed } = model.variable(id)
  const known = valuesOf(allowed).filter((value) => value < universe.size - 1)
  const held = known.filter((value) => has(set, value))
  if (held.length === known.length && known.length > 1) return variableText(model, id)
  const runs: { first: number; last: number }[] = []
  for (const value of known) {
    if (!has(set, value)) continue
    const last = runs.at(-1)
    if (last !== undefined && known.indexOf(value) === known.indexOf(last.last) + 1) last.last = value
    else runs.push({ first: value, last: value })
  }
  if (runs.length > RUNS_SHOWN_MAX) return `each of ${held.length} versions of ${universe.name}`
  const shown = runs.map(({ first, last }) =>
    first === last ? universe.version(first) : `${universe.version(first)} to ${universe.version(last)}`,
  )
  return `${universe.name} ${shown.join(' or ')}`
}

class Proof {
  private readonly model: Model
  private readonly conclusion: string
  private readonly uses = new Map<Derivation, number>()
  private readonly numbers = new Map<Derivation, number>()
  private readonly written: string[] = []

  constructor(model: Model, conclusion: string) {
    this.model = model
    this.conclusion = conclusion
  }

  lines(root: Derivation): readonly string[] {
    this.count(root)
    this.visit(root, true)
    return this.written
  }

  private count(root: Derivation): void {
    const stack = [root]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const used = this.uses.get(next) ?? 0
      this.uses.set(next, used + 1)
      if (used === 0 && next.cause.kind === 'derived') stack.push(next.cause.left, next.cause.right)
    }
  }

  /** Writes the lines that prove it, the premises first. */
  private visit(derivation: Derivation, isRoot: boolean): void {
    if (derivation.cause.kind === 'fact' || this.numbers.has(derivation)) return
    const { left, right } = derivation.cause
    const premises = [left, right].filter((one) => one.cause.kind === 'derived' && !this.numbers.has(one))
    for (const premise of premises) this.visit(premise, false)
    const last = premises.at(-1)
    const others = [left, right].filter((one) => one !== last || this.numbers.has(one))
    const opening = last === undefined || this.numbers.has(last) ? 'Because' : 'And because'
    const text = `${opening} ${joinSentences(others.map((one) => this.clause(one)))}, ${isRoot ? this.conclusion : this.statement(derivation)}.`
    this.write(derivation, text)
  }

  private write(derivation: Derivation, text: string): void {
    const isShared = (this.uses.get(derivation) ?? 0) > 1
    if (isShared) this.numbers.set(derivation, this.numbers.size + 1)
    this.written.push(isShared ? `(${this.numbers.size}) ${text}` : text)
  }

  private clause(derivation: Derivation): string {
    if (derivation.cause.kind === 'fact') return factText(this.model, derivation.cause.fact)
    const number = this.numbers.get(derivation)
    return `${this.statement(derivation)}${number === undefined ? '' : ` (${number})`}`
  }

  /** What a derived incompatibility says: some versions need others, exclude others, or cannot be used. */
  private statement({ terms }: Derivation): string {
    // What nobody asks for cannot be had either: needing it says that the rest cannot be used.
    const needed = terms.filter((term) => this.allowsAbsent(term) && this.isWithinReach(term))
    const held = terms.filter((term) => !this.allowsAbsent(term))
    const subject = held.map((term) => versionsText(this.model, term.variable, term.set)).join(' with ')
    const [first] = needed
    if (first === undefined) return held.length === 1 ? `${subject} cannot be used` : `${subject} cannot stand together`
    const wanted = needed.map((term) => versionsText(this.model, term.variable, this.others(term))).join(' or ')
    return held.length === 0 ? `${wanted} is needed` : `${subject} needs ${wanted}`
  }

  private allowsAbsent(term: Term): boolean {
    return has(term.set, term.set.size - 1)
  }

  private isWithinReach(term: Term): boolean {
    return !areDisjoint(this.others(term), this.model.variable(term.variable).allowed)
  }

  private others(term: Term): VersionSet {
    const { universe } = this.model.variable(term.variable)
    return universe.setOfVersions(universe.versions.filter((_, index) => !has(term.set, index)))
  }
}

/** Clauses may hold an "and" of their own: a comma shows where one ends. */
function joinSentences(clauses: readonly string[]): string {
  return clauses.length < 2 ? clauses.join('') : `${clauses.slice(0, -1).join(', ')}, and ${clauses.at(-1)}`
}

function joinClauses(clauses: readonly string[]): string {
  if (clauses.length < 3) return clauses.join(' and ')
  return `${clauses.slice(0, -1).join(', ')}, and ${clauses.at(-1)}`
}
