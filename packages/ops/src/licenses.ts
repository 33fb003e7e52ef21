/** `alk licenses` and `alk sbom`: what is locked, under which terms, out of the packages' own manifests in the store. */
import { asJsonObject, integrityAlgorithm, integrityHex } from '@alkahest/core'
import type { Json, JsonObject, ResolvedPackage } from '@alkahest/core'
import { readFolderManifest } from '@alkahest/project'
import { openStore } from '@alkahest/store'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { LicensesReport, SbomReport } from './package-reports.ts'
import { storeDirectory } from './store-directory.ts'

/** CycloneDX's names. */
const HASHES: Readonly<Record<string, string>> = {
  sha512: 'SHA-512',
  sha384: 'SHA-384',
  sha256: 'SHA-256',
  sha1: 'SHA-1',
}

/** Throws `LOCKFILE_MISSING`. A package that is not in the store has no license here. */
export async function licenses(context: OperationContext): Promise<LicensesReport> {
  const { lockfile } = await openLocked(context)
  const found = await licensesOf(context, lockfile.resolution.packages)
  return {
    packages: lockfile.resolution.packages.map(({ id, name, version }) => ({
      name,
      version,
      license: found.get(id) ?? null,
    })),
  }
}

/** CycloneDX 1.6: the same lockfile gives the same document. */
export async function sbom(context: OperationContext): Promise<SbomReport> {
  const { workspace, lockfile } = await openLocked(context)
  const { packages, members } = lockfile.resolution
  const found = await licensesOf(context, packages)
  const root = workspace.members[0]?.manifest
  const name = root?.name ?? 'project'
  const targets = (edges: readonly { readonly target: string | undefined }[]): string[] =>
    [...new Set(edges.flatMap(({ target }) => target ?? []))].sort()
  return {
    sbom: {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        tools: { components: [{ type: 'application', name: 'alkahest', version: alkahestVersion }] },
        component: { type: 'application', 'bom-ref': 'workspace:.', name, version: root?.version ?? '0.0.0' },
      },
      components: packages.map((locked) => component(locked, found.get(locked.id))),
      dependencies: [
        ...members.map(({ path, edges }) => ({ ref: `workspace:${path}`, dependsOn: targets(edges) })),
        ...packages.map(({ id, edges }) => ({ ref: id as string, dependsOn: targets(edges) })),
      ],
    },
  }
}

function component({ id, name, version, integrity }: ResolvedPackage, license: string | undefined): JsonObject {
  const hash =
    integrity === undefined
      ? {}
      : { hashes: [{ alg: HASHES[integrityAlgorithm(integrity)] ?? 'SHA-512', content: integrityHex(integrity) }] }
  return {
    type: 'library',
    'bom-ref': id,
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...hash,
    ...(license === undefined ? {} : { licenses: [licenseEntry(license)] }),
  }
}

/** What is no SPDX expression is given as a name. */
function licenseEntry(license: string): JsonObject {
  return /^[\w.+() -]+$/.test(license) && !/^see license/i.test(license)
    ? { expression: license }
    : { license: { name: license } }
}

async function licensesOf(
  context: OperationContext,
  packages: readonly ResolvedPackage[],
): Promise<ReadonlyMap<string, string>> {
  const store = openStore({ directory: storeDirectory(context) })
  const found = new Map<string, string>()
  for (const { id, integrity, name } of packages) {
    const stored = integrity === undefined ? undefined : store.get(integrity)
    const manifest = stored === undefined ? undefined : await readFolderManifest(stored.directory, name)
    const license = licenseText(manifest?.license ?? manifest?.licenses)
    if (license !== undefined) found.set(id, license)
  }
  return found
}

/** Old packages write objects, or lists of them. */
function licenseText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (Array.isArray(value)) {
    const names = value.flatMap((entry: Json) => licenseText(entry) ?? [])
    return names.length === 0 ? undefined : names.join(' OR ')
  }
  const { type } = asJsonObject(value) ?? {}
  return typeof type === 'string' ? type : undefined
}
