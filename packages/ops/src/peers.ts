/** `alk peers`: the peer conflicts that the lockfile accepts, each with its reason. */
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { PeersReport } from './reports.ts'
import { shownId } from './shown-id.ts'

/** Reads the lockfile and nothing else. Throws `LOCKFILE_MISSING`. */
export async function peers(context: OperationContext): Promise<PeersReport> {
  const { resolution } = (await openLocked(context)).lockfile
  return {
    conflicts: resolution.peerConflicts.map(({ package: id, peer, range, found, reason }) => ({
      package: shownId(id, resolution),
      peer,
      range,
      found: found === undefined ? null : shownId(found, resolution),
      reason,
    })),
  }
}
