/** What the solver may stop insisting on, as texts: kind, who, what, and where. Same text, same assumption. */
import type { Assumption } from './incompatibility.ts'

/** What insisting is worth, the cheapest first. */
export const RANKS = { locked: 0, optionalPeer: 1, deepPeer: 2, directPeer: 3, optionalDependency: 4 } as const

/** Who wants which peer, wherever it is bound: that is what people see as one conflict. */
export function wishOf(assumption: Assumption): string {
  return assumption.split('\n').slice(0, 3).join('\n')
}

/** Insisting on an optional dependency, by the names of both. */
export function optionalAssumption(dependent: string, alias: string): Assumption {
  return ['optional', dependent, alias].join('\n')
}

/** What an accepted conflict is recognised by. */
export function peerKey(
  name: string,
  conflict: { readonly peer: string; readonly range: string; readonly isBound: boolean },
): string {
  return [name, conflict.peer, conflict.range, conflict.isBound].join('\n')
}

/** The name in the identity of a package; a member is named by its whole identity. */
export function nameOfId(id: string): string {
  return id.startsWith('workspace:') ? id : id.slice(0, id.indexOf('@', 1))
}
