/** `releases/VERSION/release.json`: what the supervisor reads at start. Format: docs/formats/release.md#releasejson */
import { memberFolder } from './dependencies.ts'
import type { RuntimeFiles } from './release-host.ts'
import type { Release } from './release.ts'

/** Raised when an older supervisor could not read the document any more. */
const DOCUMENT_VERSION = 1

/** `folderOf`: where a member's files are, absolute or relative to `app`; by default where the plan places them. */
export function formatReleaseDocument(
  release: Release,
  runtime: RuntimeFiles,
  folderOf: (member: string) => string = (member) => memberFolder(release.placements, release.member, member),
): string {
  const { strategy, maxRestarts, maxSeconds, children } = release.configuration
  const document = {
    alkahest: DOCUMENT_VERSION,
    name: release.name,
    version: release.version,
    target: release.target,
    runtime: { version: runtime.version, package: runtime.packageName, integrity: runtime.integrity },
    strategy,
    maxRestarts,
    maxSeconds,
    children: children.map(({ member = release.member, ...child }) => ({ ...child, folder: folderOf(member) })),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
