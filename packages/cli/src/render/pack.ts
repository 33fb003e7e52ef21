/** What is in a tarball, and where it went. */
import type { PackReport, PublishReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section, table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

export function renderPack(report: PackReport, style: Style): string {
  return `${contents(report, style)}\nwrote ${report.file}\n`
}

export function renderPublish(report: PublishReport, style: Style): string {
  const where = `${report.registry} with the tag ${report.tag}`
  const sentence = report.published ? `published to ${where}` : `not published (--dry-run); it would go to ${where}`
  return `${contents(report, style)}\n${style.bold(`${report.name} ${report.version}`)} ${sentence}\n`
}

function contents(report: PackReport, style: Style): string {
  return [
    style.bold(`${report.name} ${report.version}`),
    '\n',
    table(report.files.map(({ path, size }) => [path, formatSize(size)])),
    section(
      style.yellow('Should these be in it?'),
      report.warnings.map(({ path, reason }) => [path, reason]),
    ),
    `${formatCount(report.files.length, 'file')}, ${formatSize(report.unpackedSize)} unpacked, ${formatSize(report.size)} packed\n`,
    `${report.integrity}\n`,
  ].join('')
}
