/** `alk why`: how a package came in, what decided its version, and why it is not a newer one. */
import { compareVersions, userError } from '@alkahest/core'
import type { PackageVersions, Resolution, Version } from '@alkahest/core'
import { explainWhy, holdersOf } from '@alkahest/resolver'
import type { Holder, ResolveInput, WhyVersion } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { LockedProject } from './locked-project.ts'
import { lazyNetwork } from './network.ts'
import type { WhyReport } from './reports.ts'
import { openSource } from './resolution-source.ts'
import { resolveInputOf } from './resolve-input.ts'
import { placeOf, shownId } from './shown-id.ts'
import { similarName } from './similar-name.ts'

export type WhyOptions = { readonly name: string; readonly offline?: boolean; readonly preferOffline?: boolean }

/** Throws `PACKAGE_NOT_INSTALLED` when the lockfile has no such package. */
export async function why(context: OperationContext, options: WhyOptions): Promise<WhyReport> {
  const locked = await openLocked(context)
  const { resolution } = locked.lockfile
  const { name, versions } = explainWhy(resolution, options.name)
  if (versions.length === 0) throw notInstalled(options.name, locked)
  const registry = await askRegistry(context, options, { ...locked, versions })
  return { name, versions: versions.map((version) => versionReport(version, resolution, registry)) }
}

export function notInstalled(name: string, { lockfile, project }: LockedProject): Error {
  const known = lockfile.resolution.packages.map((one) => one.name)
  const similar = similarName(name, [...new Set(known)])
  const hint = similar === undefined ? {} : { hint: `did you mean ${similar}?` }
  return userError('PACKAGE_NOT_INSTALLED', `nothing in ${project.root} depends on ${name}`, hint)
}

type Registry = {
  readonly input: ResolveInput
  readonly documents: ReadonlyMap<string, PackageVersions>
}

/** One document for each real name. The rest of the answer needs no registry, so one that is away is noted and no failure. */
async function askRegistry(
  context: OperationContext,
  options: WhyOptions,
  { project, workspace, lockfile, versions }: LockedProject & { readonly versions: readonly WhyVersion[] },
): Promise<Registry> {
  const input = resolveInputOf({ context, workspace }, lockfile, {})
  const wanted = new Set(versions.map(({ id }) => id))
  const names = lockfile.resolution.packages
    .filter(({ id, source }) => wanted.has(id) && source.kind === 'registry')
    .map(({ name }) => name)
  const documents = new Map<string, PackageVersions>()
  try {
    using network = lazyNetwork(context, { ...options, directory: project.root })
    const source = await openSource({ context, network, project }, input)
    await source.load({ names, externals: [] })
    for (const name of names) {
      const found = source.packageVersions(name)
      if (found !== undefined && found !== 'missing') documents.set(name, found)
    }
  } catch (cause) {
    context.signal?.throwIfAborted()
    const text = `newer versions are not known: ${(cause as Error).message}`
    context.progress({ kind: 'note', text })
  }
  return { input, documents }
}

function versionReport(version: WhyVersion, resolution: Resolution, registry: Registry): WhyReport['versions'][number] {
  return {
    id: version.id,
    version: version.version,
    paths: version.paths.map((path) => [
      ...path.map(({ from, specifier }) => ({ id: shownId(from, resolution), specifier })),
      { id: version.id, specifier: null },
    ]),
    decided: version.decidedBy.map(
      ({ from, alias, specifier }) => `${shownId(from, resolution)} asks for ${alias} ${specifier}`,
    ),
    newer: newerThan(version, resolution, registry),
  }
}

function newerThan(
  { id }: WhyVersion,
  resolution: Resolution,
  { input, documents }: Registry,
): WhyReport['versions'][number]['newer'] {
  const target = resolution.packages.find((one) => one.id === id)
  const document = target === undefined ? undefined : documents.get(target.name)
  const newest = document?.distTags.latest
  if (target === undefined || document === undefined || newest === undefined) return null
  if (compareVersions(newest, target.version) <= 0) return null
  const holders = holdersOf(resolution, target, newest).map(holderSentence)
  const young = isTooYoung(document, newest, input) ? [`${newest} is younger than minimumReleaseAge allows`] : []
  const reasons = [...new Set([...young, ...holders])]
  return { version: newest, reasons: reasons.length > 0 ? reasons : [nothingAgainst(target.name, newest)] }
}

function holderSentence({ from, kind, alias, specifier }: Holder): string {
  return kind === 'peer'
    ? `${placeOf(from)} wants its peer ${alias} to be ${specifier}`
    : `${placeOf(from)} asks for ${alias} ${specifier}`
}

function nothingAgainst(name: string, version: string): string {
  return `every requirement of it allows ${version}; \`alk why --not ${name}@${version}\` says what else there is`
}

function isTooYoung(document: PackageVersions, version: Version, { cutoff }: ResolveInput): boolean {
  return !document.local && cutoff !== undefined && (document.publishedAt(version) ?? 0) > cutoff
}
