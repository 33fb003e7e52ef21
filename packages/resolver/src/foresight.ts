/**
 * The walk before the solving: breadth-first over the candidates that would be chosen if nothing stood against them, so
 * that everything it reaches can be loaded at once and the solver seldom meets a name that is not there.
 */
import { isPackageName } from '@alkahest/core'
import type { Candidate } from '@alkahest/core'
import { candidateAt } from './model.ts'
import type { Edge } from './model.ts'
import type { Solver } from './solver.ts'

export type Foresight = {
  /** The walk reached everything: nothing has to be loaded or opened first. */
  readonly reachedAll: boolean
  /** What would be chosen if nothing stood against it, in the order of the walk. */
  readonly likely: readonly Candidate[]
}

export function foresee(solver: Solver): Foresight {
  const { model } = solver
  const seen = new Set<string>()
  const likely: Candidate[] = []
  const queue: Edge[] = model.members.flatMap((member) => solver.edges(solver.memberNode(member), []))
  for (let index = 0; index < queue.length; index++) {
    const target = (queue[index] as Edge).target
    if (target.kind !== 'variable') continue
    const key = `${target.variable}`
    if (seen.has(key)) continue
    seen.add(key)
    const variable = model.variable(target.variable)
    const best = model.best(variable, target.allowed, () => undefined)
    if (best === undefined) continue
    const candidate = variable.external === undefined ? candidateAt(variable, best) : undefined
    if (candidate !== undefined) likely.push(candidate)
    queue.push(...model.edgesOf(variable, best))
    foreseePeers(solver, variable.id, best)
  }
  return { reachedAll: !solver.isUnsure(), likely }
}

/** A required peer is usually provided somewhere; when it is not, it is added. Either way its name is worth loading. */
function foreseePeers(solver: Solver, id: number, index: number): void {
  const { model } = solver
  for (const peer of solver.peers(id, index)) {
    const isMember = model.members.some((member) => member.manifest.name === peer.name)
    if (!peer.optional && !isMember && isPackageName(peer.name)) model.universe(peer.name)
  }
}
