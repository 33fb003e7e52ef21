/** `alk diff`: what differs between two published versions of a package, or between the locked one and another. */
import { compareVersions, userError } from '@alkahest/core'
import type { PackageName, PackageVersions, Version } from '@alkahest/core'
import { openStore } from '@alkahest/store'
import { comparePackages } from './compare-packages.ts'
import type { OperationContext } from './context.ts'
import { publishedVersion } from './find-packages.ts'
import { openLocked } from './locked-project.ts'
import type { LockedProject } from './locked-project.ts'
import { atRegistry, parsePackageRequest } from './package-request.ts'
import type { RegistryOptions } from './package-request.ts'
import type { DiffReport } from './package-reports.ts'
import { storeDirectory } from './store-directory.ts'
import { notInstalled } from './why.ts'

export type DiffOptions = Pick<RegistryOptions, 'registry'> & {
  /** `name`; `name@wanted` is the same as the name and one version. */
  readonly package: string
  /**
   * Versions, ranges or tags. Two: from and to. One: from the locked version to it. None: from the locked version to the
   * one tagged `latest`.
   */
  readonly versions: readonly string[]
}

/** Throws `PACKAGE_NOT_FOUND`, `VERSION_NOT_FOUND`, without two versions `LOCKFILE_MISSING` and `PACKAGE_NOT_INSTALLED`. */
export async function diff(context: OperationContext, options: DiffOptions): Promise<DiffReport> {
  const { name, wanted } = parsePackageRequest(options.package)
  const [first, second] = wanted === undefined ? options.versions : [wanted, ...options.versions]
  const locked = second === undefined ? lockedVersion(name, await openLocked(context), context.cwd) : undefined
  return atRegistry(context, { ...options, of: name }, async ({ client, registry }) => {
    const published = await client.packageVersions(name)
    if (published === 'missing') throw userError('PACKAGE_NOT_FOUND', `${registry} has no package ${name}`)
    const from = locked ?? versionOf(published, first ?? '')
    const to = versionOf(published, second ?? first ?? 'latest')
    await using store = openStore({ directory: storeDirectory(context) })
    const fetch = async (version: Version) => {
      const candidate = published.candidate(version)
      if (candidate === undefined) throw noVersion(published, version)
      const { integrity } = candidate.dist
      const what = `${name}@${version}`
      context.progress({ kind: 'step', what: `fetching ${what}` })
      const stored = integrity === undefined ? undefined : store.get(integrity)
      return stored ?? store.put({ integrity, what, tarball: client.tarball(candidate) })
    }
    const files = await comparePackages(await fetch(from), await fetch(to))
    return { name, registry, from, to, fromLocked: locked !== undefined, files }
  })
}

/** That of the member one stands in, else the highest of those that are locked. */
function lockedVersion(name: PackageName, locked: LockedProject, directory: string): Version {
  const { members, packages } = locked.lockfile.resolution
  const copies = packages.filter((one) => one.name === name && one.source.kind === 'registry')
  const here = locked.workspace.members.find((member) => member.directory === directory)?.path ?? '.'
  const edges = members.find(({ path }) => path === here)?.edges ?? []
  const own = copies.find(({ id }) => edges.some(({ target }) => target === id))
  const highest = copies
    .map(({ version }) => version)
    .toSorted(compareVersions)
    .at(-1)
  const version = own?.version ?? highest
  if (version === undefined) throw notInstalled(name, locked)
  return version
}

function versionOf(published: PackageVersions, wanted: string): Version {
  const version = publishedVersion(published.versions, published.distTags, wanted)
  if (version === undefined) throw noVersion(published, wanted)
  return version
}

function noVersion({ name }: PackageVersions, wanted: string): Error {
  return userError('VERSION_NOT_FOUND', `${name} has no version ${wanted}`, {
    hint: `see its versions with \`alk info ${name}\``,
  })
}
