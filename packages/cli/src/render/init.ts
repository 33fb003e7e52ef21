/** What `alk init` adds, or has added. */
import type { InitReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section } from './table.ts'
import { formatCount } from './units.ts'

export function renderInit(report: InitReport, style: Style): string {
  const { files, fields, written } = report
  if (files.length === 0 && fields.length === 0) return `${report.name} has everything that a new project has\n`
  const rows = (paths: readonly string[]): readonly (readonly string[])[] => paths.map((path) => [path])
  const verb = written ? 'Added' : 'Would add'
  const parts = [
    section(style.bold(`${verb} ${formatCount(files.length, 'file')}:`), rows(files)),
    section(style.bold(`${verb} to package.json:`), rows(fields)),
  ]
  const next = written ? '\nNext: alk install\n' : ''
  return `${parts.filter((part) => part !== '').join('\n')}${next}`
}
