/** What would be published, and what was. */
import type { PublishReport, PublishWorkspaceReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { packContents } from './pack.ts'
import { section, table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

/** Before the question: everything that will be visible to others. */
export function renderToPublish(reports: readonly PublishReport[], style: Style): string {
  return reports.map((report) => `${contents(report, style)}to ${place(report)}\n\n`).join('')
}

/** `shown`: the contents were shown before the question. */
export function renderPublish(
  report: PublishReport,
  { style, shown }: { readonly style: Style; readonly shown: boolean },
): string {
  const name = style.bold(`${report.name} ${report.version}`)
  if (report.published) return `${shown ? '' : `${contents(report, style)}\n`}${name} published to ${place(report)}\n`
  if (shown) return `${name} was not published\n`
  return `${contents(report, style)}\n${name} not published (--dry-run); it would go to ${place(report)}\n`
}

export function renderPublishWorkspace({ packages }: PublishWorkspaceReport, style: Style): string {
  const rows = packages.map((report) => [
    report.name,
    report.version,
    stateOf(report),
    `${formatCount(report.files.length, 'file')}, ${formatSize(report.size)}`,
    place(report),
  ])
  const sent = packages.filter(({ published }) => published).length
  return `${table(rows)}${style.bold(`${sent} published`)}, ${packages.length - sent} not\n`
}

function stateOf({ present, published }: PublishWorkspaceReport['packages'][number]): string {
  if (present) return 'is there already'
  return published ? 'published' : 'not published'
}

function contents(report: PublishReport, style: Style): string {
  return `${packContents(report, style)}${section(style.bold('Dependencies:'), Object.entries(report.dependencies))}`
}

function place({ registry, tag }: PublishReport): string {
  return `${registry} with the tag ${tag}`
}
