import type { NewProjectReport } from '@alkahest/ops'
import type { Style } from '../style.ts'

export function renderNewProject(
  report: NewProjectReport,
  { style, directory }: { readonly style: Style; readonly directory: string },
): string {
  const lines = [
    `${style.bold(report.name)} is in ${report.directory}:`,
    ...report.files.toSorted().map((path) => `  ${path}`),
    '',
    'Next:',
    ...(directory === '.' ? [] : [`  cd ${directory}`]),
    '  alk install',
    '  alk test',
  ]
  return `${lines.join('\n')}\n`
}
