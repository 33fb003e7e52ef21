import type { ReleaseOperationReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { table } from './table.ts'
import { formatCount, formatSize } from './units.ts'

export function renderRelease(report: ReleaseOperationReport, style: Style): string {
  return report.releases
    .map(
      (release) =>
        `${style.bold(`${release.name} ${release.version}`)} for ${release.target}\n${table([
          ['tarball', release.tarball],
          ...(release.beside.length === 0 ? [] : [['beside', release.beside.map(fileName).join(', ')]]),
          ['size', `${formatSize(release.size)}, ${formatCount(release.files, 'file')}`],
          ['sha256', release.sha256],
          ['runtime', `Node ${release.runtime.version} (${release.runtime.packageName})`],
        ])}`,
    )
    .join('\n')
}

function fileName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
}
