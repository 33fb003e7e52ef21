/** What is in a tarball, and where it went. */
import type { PackReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section, table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

export function renderPack(report: PackReport, style: Style): string {
  return `${packContents(report, style)}\nwrote ${report.file}\n`
}

/** Its files, and what in them looks as if it should stay at home. */
export function packContents(report: PackReport, style: Style): string {
  return [
    style.bold(`${report.name} ${report.version}`),
    '\n',
    table(report.files.map(({ path, size }) => [path, formatSize(size)])),
    section(
      style.yellow('Should these be in it?'),
      report.warnings.map(({ path, reason }) => [path, reason]),
    ),
    section(
      style.yellow('For its consumers:'),
      report.problems.map(({ severity, message }) => [severity, message]),
    ),
    `${formatCount(report.files.length, 'file')}, ${formatSize(report.unpackedSize)} unpacked, ${formatSize(report.size)} packed\n`,
    `${report.integrity}\n`,
  ].join('')
}
