/** `alk why`: how a package came in and what decided its version. */
import { memberPathOf, userError } from '@alkahest/core'
import type { PackageId, Resolution } from '@alkahest/core'
import { explainWhy } from '@alkahest/resolver'
import type { WhyVersion } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { WhyReport } from './reports.ts'
import { similarName } from './similar-name.ts'

export type WhyOptions = { readonly name: string }

/** Throws `PACKAGE_NOT_INSTALLED` when the lockfile has no such package. */
export async function why(context: OperationContext, options: WhyOptions): Promise<WhyReport> {
  const { lockfile, project } = await openLocked(context)
  const report = explainWhy(lockfile.resolution, options.name)
  if (report.versions.length > 0) {
    return {
      name: report.name,
      versions: report.versions.map((version) => versionReport(version, lockfile.resolution)),
    }
  }
  const known = lockfile.resolution.packages.map(({ name }) => name)
  const similar = similarName(options.name, [...new Set(known)])
  throw userError(
    'PACKAGE_NOT_INSTALLED',
    `nothing in ${project.root} depends on ${options.name}`,
    similar === undefined ? {} : { hint: `did you mean ${similar}?` },
  )
}

function versionReport(version: WhyVersion, resolution: Resolution): WhyReport['versions'][number] {
  const name = (id: PackageId): string => shownId(id, resolution)
  return {
    id: version.id,
    version: version.version,
    paths: version.paths.map((path) => [
      ...path.map(({ from, specifier }) => ({ id: name(from), specifier })),
      { id: version.id, specifier: null },
    ]),
    decided: version.decidedBy.map(({ from, alias, specifier }) => `${name(from)} asks for ${alias} ${specifier}`),
  }
}

/** Members by their names: `workspace:.` says little to a person. */
function shownId(id: PackageId, resolution: Resolution): string {
  const path = memberPathOf(id)
  if (path === undefined) return id
  const member = resolution.members.find((candidate) => candidate.path === path)
  return member?.name ?? (path === '.' ? 'package.json' : `${path}/package.json`)
}
