/** `releases/VERSION/release.json`: what the supervisor reads at start. Format: docs/formats/release.md#releasejson */
import type { RuntimeFiles } from './release-host.ts'
import type { Release } from './release.ts'

/** Raised when an older supervisor could not read the document any more. */
const DOCUMENT_VERSION = 1

export function formatReleaseDocument(release: Release, runtime: RuntimeFiles): string {
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
    children,
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
