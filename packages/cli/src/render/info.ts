/** What a registry says of a package. */
import type { InfoReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section, table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

/** The youngest: a package may have thousands. */
const VERSIONS_SHOWN = 10

export function renderInfo(report: InfoReport, style: Style): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ['license', report.license],
    ['published', report.published?.slice(0, 10) ?? null],
    ['unpacked', report.size === null ? null : formatSize(report.size)],
    ['homepage', report.homepage],
    ['repository', report.repository],
    ['owners', report.owners.join(', ') || null],
    ['add it', `alk add ${report.name}`],
  ]
  const versions = report.versions.slice(-VERSIONS_SHOWN).toReversed()
  return [
    `${style.bold(`${report.name} ${report.version}`)}${report.description === '' ? '' : `  ${report.description}`}\n`,
    report.deprecated === null ? '' : `${style.yellow('deprecated:')} ${report.deprecated}\n`,
    table(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    '\n',
    section(style.bold('Tags:'), Object.entries(report.tags)),
    section(style.bold('Dependencies:'), Object.entries(report.dependencies)),
    `${style.bold(`${formatCount(report.versions.length, 'version')}:`)} ${versions.join(', ')}${versions.length < report.versions.length ? ', ...' : ''}\n`,
  ].join('')
}
