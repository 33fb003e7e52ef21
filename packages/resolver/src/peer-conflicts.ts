/** The peers that a choice of versions does not keep, in two grains: as people see them, and by the way that leads there. */
import { pathOf } from './peers.ts'
import type { Choices } from './choices.ts'
import type { Node, Solver } from './solver.ts'

/** `a@1.0.0 wants b`, in whatever place. */
export function conflictsIn(solver: Solver, choices: Choices): ReadonlySet<string> {
  const textOf = (node: Node): string =>
    node < 0 ? String(node) : `${solver.model.variable(node).universe.name}@${choices[node] ?? ''}`
  return new Set(solver.broken(choices).map(({ need }) => `${textOf(need.asker)} wants ${need.peer.name}`))
}

/** The names on the way to who wants it, without versions: moving to another version makes no new conflict. */
export function conflictPathsIn(solver: Solver, choices: Choices): ReadonlySet<string> {
  const nameOf = (node: Node): string => (node < 0 ? String(node) : solver.model.variable(node).universe.name)
  return new Set(
    solver.broken(choices).map((binding) => {
      const { need, at } = binding
      return [at, ...pathOf(binding), need.asker].map(nameOf).concat(need.peer.name).join(' > ')
    }),
  )
}
