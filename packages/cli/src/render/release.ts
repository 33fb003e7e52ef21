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
          ['size', `${formatSize(release.size)}, ${formatCount(release.files, 'file')}`],
          ['sha256', release.sha256],
          ['runtime', `Node ${release.runtime.version} (${release.runtime.packageName})`],
        ])}`,
    )
    .join('\n')
}
