/**
 * npm's nested overrides apply anywhere below a package, and what stands below is known only when it was chosen. So a
 * solution is searched for requirements that such a rule means and did not reach; each becomes a rule for its immediate
 * dependent, and everything is solved again. A package has one set of dependencies: one that stands both below and beside
 * is overridden in both places.
 */
import { asRange } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import { candidateAt } from './model.ts'
import { selects, selectsSpecifier } from './overrides.ts'
import type { OverrideRule } from './overrides.ts'
import type { Node, Solver } from './solver.ts'

/** Rules for dependents that a rule "anywhere below" means and misses, in the order of the walk. Empty: none is missed. */
export function missedOverrides(solver: Solver): readonly OverrideRule[] {
  const rules = solver.model.rules.filter((rule) => rule.isAnywhere && rule.path.length > 0)
  if (rules.length === 0) return []
  const missed = new Map<string, OverrideRule>()
  for (const rule of rules) {
    for (const found of missedBy(solver, rule)) {
      missed.set(
        found.path.map(({ name, range }) => `${name}@${range?.text ?? ''}`).join('>') + found.target.name,
        found,
      )
    }
  }
  // Of two rules that mean the same place the first one holds; insisting on the second would never end.
  const known = solver.model.rules.filter((rule) => !rule.isAnywhere).map(placeOf)
  return [...missed.values()].filter((rule) => !known.includes(placeOf(rule)))
}

/** Walks from the members with the number of steps of the rule's path that were passed. */
function* missedBy(solver: Solver, rule: OverrideRule): Generator<OverrideRule> {
  const choices = solver.choices()
  const queue = solver.model.members.map((member) => ({ node: solver.memberNode(member), passed: 0 }))
  const seen = new Set<string>()
  for (let index = 0; index < queue.length; index++) {
    const { node, passed } = queue[index] as { node: Node; passed: number }
    for (const { requirement, target } of solver.edges(node, choices)) {
      const { name, version } = dependentOf(solver, node, choices[node])
      const isMeant = passed === rule.path.length && requirement.alias === rule.target.name
      const isMissed = requirement.specifier !== rule.value && selectsSpecifier(rule.target, requirement.written)
      if (isMeant && isMissed && name !== undefined) {
        const path = [{ name, range: version === undefined ? undefined : asRange(version) }]
        yield { path, isAnywhere: false, target: rule.target, value: rule.value }
      }
      if (target.kind !== 'variable' || choices[target.variable] === undefined) continue
      const next = rule.path[passed]
      const below = dependentOf(solver, target.variable, choices[target.variable])
      const isPassed = next !== undefined && selects(next, { name: below.name, version: below.version })
      const step = { node: target.variable, passed: passed + Number(isPassed) }
      const key = `${step.node} ${step.passed}`
      if (seen.has(key)) continue
      seen.add(key)
      queue.push(step)
    }
  }
}

function dependentOf(
  solver: Solver,
  node: Node,
  value: number | undefined,
): { readonly name: string | undefined; readonly version: Version | undefined } {
  if (node < 0) return { name: undefined, version: undefined }
  const variable = solver.model.variable(node)
  const candidate = value === undefined ? undefined : candidateAt(variable, value)
  return { name: variable.universe.name, version: candidate?.version }
}

function placeOf({ path, target }: OverrideRule): string {
  return [...path.map(({ name, range }) => `${name}@${range?.text ?? ''}`), target.name].join(' > ')
}
