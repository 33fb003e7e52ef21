/**
 * The walk before the solving: breadth-first over the candidates that would be chosen if nothing stood against them, so
 * that everything it reaches can be loaded at once and the solver seldom meets a name that is not there.
 */
import { isPackageName } from '@alkahest/core'
import type { Edge } from './model.ts'
import type { Solver } from './solver.ts'

/** True when the walk reached everything: nothing has to be loaded or opened first. */
export function foresee(solver: Solver): boolean {
  const { model } = solver
  const seen = new Set<string>()
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
    queue.push(...model.edgesOf(variable, best))
    foreseePeers(solver, variable.id, best)
  }
  return !solver.isUnsure()
}

/** A required peer is usually provided somewhere; when it is not, it is added. Either way its name is worth loading. */
function foreseePeers(solver: Solver, id: number, index: number): void {
  const { model } = solver
  for (const peer of solver.peers(id, index)) {
    const isMember = model.members.some((member) => member.manifest.name === peer.name)
    if (!peer.optional && !isMember && isPackageName(peer.name)) model.universe(peer.name)
  }
}
