/** `alk why --not`: what stands against a version of a package in this project. */
import { asRange, asVersion, isPrerelease, parsePackageName, rangeHas, userError } from '@alkahest/core'
import type { PackageName, PackageVersions, Version } from '@alkahest/core'
import { whyNot as askWhyNot } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import { lazyNetwork } from './network.ts'
import type { WhyNotReport } from './reports.ts'
import { openSource, settled } from './resolution-source.ts'
import { resolveInputOf } from './resolve-input.ts'
import { similarName } from './similar-name.ts'

export type WhyNotOptions = {
  /** `react@19.0.0`; a range or a tag means the newest version of it, a bare name the latest. */
  readonly package: string
  readonly offline?: boolean
  readonly preferOffline?: boolean
}

/** Throws `LOCKFILE_MISSING`, `PACKAGE_NOT_FOUND`, `VERSION_NOT_FOUND`, `PACKAGE_NOT_INSTALLED`. */
export async function whyNot(context: OperationContext, options: WhyNotOptions): Promise<WhyNotReport> {
  const { project, workspace, lockfile } = await openLocked(context)
  const at = options.package.indexOf('@', 1)
  const name = parsePackageName(at < 0 ? options.package : options.package.slice(0, at), 'alk why --not')
  const wanted = at < 0 ? 'latest' : options.package.slice(at + 1)
  using network = lazyNetwork(context, { ...options, directory: project.root })
  const input = resolveInputOf({ context, workspace }, lockfile, {})
  const source = await openSource({ context, network, project }, input)
  await source.load({ names: [name], externals: [] })
  const known = [...new Set(lockfile.resolution.packages.map((one) => one.name))]
  const version = versionOf(source.packageVersions(name), { name, wanted, known })
  const outcome = await settled(source, () => askWhyNot(input, source, { name, version }))
  switch (outcome.kind) {
    case 'unknown': {
      const similar = similarName(name, known)
      const hint = similar === undefined ? {} : { hint: `did you mean ${similar}?` }
      throw userError('PACKAGE_NOT_INSTALLED', outcome.reason, hint)
    }
    case 'possible':
      return { name, version, possible: true, reasons: [outcome.reason] }
    case 'against':
      return { name, version, possible: false, reasons: outcome.explanation.lines }
  }
}

function versionOf(
  versions: PackageVersions | 'missing' | undefined,
  { name, wanted, known }: { readonly name: PackageName; readonly wanted: string; readonly known: readonly string[] },
): Version {
  if (versions === undefined || versions === 'missing') {
    const similar = similarName(name, known)
    const hint = similar === undefined ? {} : { hint: `did you mean ${similar}?` }
    throw userError('PACKAGE_NOT_FOUND', `${name} is not in the registry`, hint)
  }
  const exact = asVersion(wanted)
  const tagged = versions.distTags[wanted]
  const range = asRange(wanted)
  const inRange = range === undefined ? [] : versions.versions.filter((one) => rangeHas(range, one))
  const found =
    exact !== undefined && versions.versions.includes(exact)
      ? exact
      : (tagged ?? inRange.findLast((one) => !isPrerelease(one)) ?? inRange.at(-1))
  if (found !== undefined) return found
  throw userError('VERSION_NOT_FOUND', `${name} has no version ${wanted}`, {
    hint: `the latest is ${versions.distTags.latest ?? versions.versions.at(-1) ?? 'none'}`,
  })
}
