/** What `alk store` says. */
import type { StoreReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { section } from './table.ts'
import { formatCount, formatSize } from './units.ts'

export function renderStore({ directory, size, verified, collected }: StoreReport, style: Style): string {
  if (size !== null) {
    return `${formatCount(size.packages, 'package')}, ${formatCount(size.files, 'file')}, ${formatSize(size.bytes)} in ${directory}\n`
  }
  if (verified !== null) return renderVerified(verified, style)
  if (collected !== null) {
    const { kept, removed, instances, builds, bytes } = collected
    const gone = [
      formatCount(removed.length, 'package'),
      ...(instances === 0 ? [] : [formatCount(instances, 'shared instance')]),
      ...(builds === 0 ? [] : [formatCount(builds, 'old build')]),
    ]
    return `Removed ${gone.join(' and ')} (${formatSize(bytes)}), kept ${kept}\n`
  }
  return `${directory}\n`
}

function renderVerified({ checked, damaged }: NonNullable<StoreReport['verified']>, style: Style): string {
  if (damaged.length === 0) return `${formatCount(checked, 'package')} checked, all whole\n`
  const list = section(
    style.red('Damaged and removed:'),
    damaged.map(({ what, reason }) => [what, reason]),
  )
  const many = `${formatCount(checked, 'package')} checked, ${damaged.length} damaged`
  return `${list}\n${many}\n  hint: \`alk clean && alk install\` in the projects that use them fetches them again\n`
}
