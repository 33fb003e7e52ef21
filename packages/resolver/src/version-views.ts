/** What one version of a variable is like in the eyes of a peer: which others are like it, and what sinking to it would lose. */
import { asRange } from '@alkahest/core'
import type { PeerRequirement } from '@alkahest/core'
import type { VariableId } from './incompatibility.ts'
import { candidateAt } from './model.ts'
import type { Model, Variable } from './model.ts'
import type { VersionIndex } from './universe.ts'
import { setOf } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** What the peer may be at its provider: prereleases count, unreadable ranges and members without a version allow all. */
export function allowedPeers(provider: Variable, peer: PeerRequirement): VersionSet {
  const range = asRange(peer.range.replace(/^workspace:/, ''))
  if (range === undefined || range.text === '*' || (provider.member !== undefined && /^[\^~*]?$/.test(range.text))) {
    return setOf(provider.universe.size, provider.universe.versions.keys())
  }
  return provider.universe.inRange(range, { includePrerelease: true })
}

/** Whether a version leads to the variable below, and what it provides under the name of the peer. Same text, same step. */
export function stepView(
  model: Model,
  variable: Variable,
  step: { readonly index: VersionIndex; readonly below: VariableId; readonly peer: string },
): string {
  const targets = model
    .edgesOf(variable, step.index)
    .flatMap(({ requirement, target }) =>
      target.kind === 'variable' ? [[requirement.alias, target.variable] as const] : [],
    )
  const leads = targets.some(([, target]) => target === step.below)
  const provides =
    targets.find(([alias]) => alias === step.peer) ??
    targets.find(([, target]) => model.variable(target).universe.name === step.peer)
  return `${leads} ${provides?.[1] ?? ''}`
}

/** Whether the lower version is from before its author declared a required peer of the wanted one. */
export function losesPeer(
  variable: Variable,
  step: { readonly wanted: VersionIndex; readonly value: VersionIndex },
): boolean {
  if (variable.member !== undefined) return false
  const { universe } = variable
  const kept = new Set(universe.peers(step.value).map((peer) => peer.name))
  const candidate = candidateAt(variable, step.value)
  const declared = Object.keys({ ...candidate?.dependencies, ...candidate?.optionalDependencies })
  return universe
    .peers(step.wanted)
    .some((peer) => !peer.optional && !kept.has(peer.name) && !declared.includes(peer.name))
}
