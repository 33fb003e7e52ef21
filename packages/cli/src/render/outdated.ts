/** Direct dependencies with something newer, as a table; in a workspace one for each member. */
import type { HolderReport, OutdatedReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { table } from './table.ts'

/** More who stand in the way than this are counted. */
const HOLDERS_MAX = 3

type Row = OutdatedReport['dependencies'][number]

export function renderOutdated({ dependencies }: OutdatedReport, style: Style): string {
  if (dependencies.length === 0) return 'Every dependency is the latest\n'
  const members = Map.groupBy(dependencies, ({ member }) => member)
  return [...members]
    .map(([member, rows]) => {
      const place = member === '.' ? '' : `${style.bold(member)}\n`
      return `${place}${table([['Package', 'Current', 'Wanted', 'Latest', 'Held by'], ...rows.map(cells)])}`
    })
    .join('\n')
}

function cells({ alias, name, current, wanted, latest, heldBy }: Row): readonly string[] {
  const shown = heldBy.slice(0, HOLDERS_MAX).map(holderText)
  const rest = heldBy.length - shown.length
  const holders = rest === 0 ? shown : [...shown, `${rest} more`]
  return [alias === name ? name : `${alias} (${name})`, current, wanted, latest, holders.join(', ')]
}

function holderText({ from, kind, range }: HolderReport): string {
  return `${from} (${kind === 'peer' ? 'peer ' : ''}${range})`
}
