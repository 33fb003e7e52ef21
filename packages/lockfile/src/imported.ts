/**
 * What other tools' lockfiles become: preferences. Versions, integrities and who asked for what are kept; what only our
 * own lockfile holds (platforms, engines, peers) is read anew from the registry, so the settings of an imported lockfile
 * equal those of no project and every package is looked at once.
 */
import { asIntegrity, asVersion, isPackageName, registryPackageId, userError } from '@alkahest/core'
import type { EdgeKind, PackageId, ResolvedEdge, ResolvedMember, ResolvedPackage } from '@alkahest/core'
import type { Lockfile } from './lockfile.ts'

export type ImportedPackage = {
  readonly name: string
  readonly version: string
  readonly integrity: unknown
  readonly edges: readonly ResolvedEdge[]
}

/** Puts the parts of an import together: packages once each, sorted; entries that are from no registry are left out. */
export function importedLockfile(
  tool: string,
  members: readonly ResolvedMember[],
  packages: readonly ImportedPackage[],
): Lockfile {
  const byId = new Map<PackageId, ResolvedPackage>()
  for (const { name, version, integrity, edges } of packages) {
    const parsed = asVersion(version)
    if (parsed === undefined || !isPackageName(name)) continue
    const id = registryPackageId(name, parsed)
    const known = byId.get(id)
    byId.set(
      id,
      known === undefined
        ? packageOf({ id, name, version: parsed, integrity, edges })
        : { ...known, edges: [...known.edges, ...edges] },
    )
  }
  const isThere = ({ target }: ResolvedEdge): boolean =>
    target !== undefined && (byId.has(target) || target.startsWith('workspace:'))
  return {
    resolution: {
      members: members.map((member) => ({ ...member, edges: member.edges.filter(isThere) })),
      packages: [...byId.values()].map((one) => ({ ...one, edges: one.edges.filter(isThere) })),
      peerConflicts: [],
    },
    settings: { imported: tool },
  }
}

/** An edge from a dependency map of the foreign lockfile. */
export function importedEdge(
  alias: string,
  kind: EdgeKind,
  asked: { specifier: string; target: PackageId | undefined },
): ResolvedEdge {
  return { alias, kind, ...asked }
}

export function importInvalid(place: string, mistake: string): Error {
  return userError('LOCKFILE_INVALID', `${place} ${mistake}`, {
    hint: 'make it again with the tool it belongs to, or resolve without it',
  })
}

function packageOf(
  one: Pick<ResolvedPackage, 'id' | 'name' | 'version' | 'edges'> & { readonly integrity: unknown },
): ResolvedPackage {
  return {
    id: one.id,
    name: one.name,
    version: one.version,
    source: { kind: 'registry' },
    integrity: asIntegrity(one.integrity),
    tarball: undefined,
    os: [],
    cpu: [],
    libc: [],
    engines: {},
    bin: [],
    hasInstallScript: false,
    deprecated: undefined,
    bundled: [],
    edges: one.edges,
    peers: [],
  }
}
