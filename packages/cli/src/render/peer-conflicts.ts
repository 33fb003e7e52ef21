/**
 * New peer conflicts for a person. A version that does not suit one package often does not suit a dozen: those are one
 * conflict, explained once, with the others' names.
 */
import type { InstallReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { formatCount } from './units.ts'

type Conflict = InstallReport['peerConflicts'][number]

const NAMED_MAX = 5

/** A text for each peer that does not suit, in the order of the conflicts. */
export function renderPeerConflicts(conflicts: readonly Conflict[], style: Style): readonly string[] {
  const byPeer = Map.groupBy(conflicts, ({ peer, found }) => found ?? `no ${peer}`)
  return [...byPeer.values()].map((group) => peerConflict(group, style))
}

function peerConflict(group: readonly Conflict[], style: Style): string {
  const explained = group.find(({ suggestions }) => suggestions.length > 0) ?? group[0]
  if (explained === undefined) return ''
  const help = explained.suggestions.map((suggestion) => `  hint: ${suggestion}\n`).join('')
  const others = group.filter((conflict) => conflict !== explained).map((conflict) => conflict.package)
  return `${style.yellow('Peer conflict:')}\n${indent(explained.explanation)}${alsoFor(explained, others)}${help}`
}

function alsoFor({ peer, found }: Conflict, others: readonly string[]): string {
  if (others.length === 0) return ''
  const more = others.length - NAMED_MAX
  const names = [...others.slice(0, NAMED_MAX), ...(more > 0 ? [formatCount(more, 'more package')] : [])]
  const list = names.length === 1 ? `${names[0]} gets` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} get`
  return found === null ? `  ${list} no ${peer} either.\n` : `  ${list} ${found} as well, outside of what is wanted.\n`
}

function indent(text: string): string {
  return `${text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')}\n`
}
