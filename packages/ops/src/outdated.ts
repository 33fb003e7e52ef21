/** `alk outdated`: direct dependencies of which there is something newer, and who stands in the way. */
import { computeOutdated } from '@alkahest/resolver'
import type { Holder, OutdatedRow } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import { lazyNetwork } from './network.ts'
import type { HolderReport, OutdatedReport } from './reports.ts'
import { openSource, settled } from './resolution-source.ts'
import { resolveInputOf } from './resolve-input.ts'
import { placeOf } from './shown-id.ts'

export type OutdatedOptions = { readonly offline?: boolean; readonly preferOffline?: boolean }

/** Asks the registry for the documents of direct dependencies alone. Throws `LOCKFILE_MISSING`. */
export async function outdated(context: OperationContext, options: OutdatedOptions): Promise<OutdatedReport> {
  const { project, workspace, lockfile } = await openLocked(context)
  using network = lazyNetwork(context, { ...options, directory: project.root })
  const input = resolveInputOf({ context, workspace }, lockfile, {})
  const source = await openSource({ context, network, project }, input)
  const { rows } = await settled(source, () => computeOutdated(input, lockfile.resolution, source))
  return { dependencies: rows.map(rowReport) }
}

function rowReport({ heldBy, ...row }: OutdatedRow): OutdatedReport['dependencies'][number] {
  return { ...row, heldBy: heldBy.map(holderReport) }
}

export function holderReport({ from, kind, alias, specifier }: Holder): HolderReport {
  return { from: placeOf(from), kind, name: alias, range: specifier }
}
