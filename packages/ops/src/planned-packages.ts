/** What a dry run goes by instead of downloads: the packages that the store has, and of the others what the lockfile knows. */
import { parseIntegrity } from '@alkahest/core'
import type { PackageId, ResolvedPackage } from '@alkahest/core'
import type { Selection } from '@alkahest/linker'
import type { Store, StoredPackage } from '@alkahest/store'

/** Stands for one that is not known: nothing is written by a plan that holds it. */
const UNKNOWN_INTEGRITY = parseIntegrity(`sha512-${Buffer.alloc(64).toString('base64')}`, 'a dry run')

export function storedAlready({ instances }: Selection, store: Store): ReadonlyMap<PackageId, StoredPackage> {
  return new Map(
    [...instances.values()].flatMap(({ package: { id, integrity } }) => {
      const found = integrity === undefined ? undefined : store.get(integrity)
      return found === undefined ? [] : [[id, found]]
    }),
  )
}

/** A package without files, so that it can be planned; its commands are where nobody will look. */
export function plannedPackage({ name, version, integrity, bin, hasInstallScript }: ResolvedPackage): StoredPackage {
  return {
    integrity: integrity ?? UNKNOWN_INTEGRITY,
    directory: '',
    name,
    version,
    files: [],
    bin: Object.fromEntries(bin.map((command) => [command, command])),
    crlfBins: [],
    omitted: [],
    hasInstallScript,
  }
}
