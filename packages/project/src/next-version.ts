/** `alk version`: the next version, and its place in a changelog. Order and rules are node-semver's. */
import { asVersion, compareVersions, isPrerelease, userError } from '@alkahest/core'
import type { Version } from '@alkahest/core'

export type VersionStep = 'major' | 'minor' | 'patch' | 'prerelease'

export const versionSteps: readonly VersionStep[] = ['major', 'minor', 'patch', 'prerelease']

export type NextVersionOptions = {
  /** A step, or the version itself. */
  readonly wanted: string
  /** What a prerelease is called: `rc` gives 1.2.4-rc.0. */
  readonly identifier?: string
}

/** Throws `VERSION_STEP_INVALID` for what is neither a step nor a version above the current one. */
export function nextVersion(current: Version, { wanted, identifier }: NextVersionOptions): Version {
  const stated = asVersion(wanted)
  const next =
    stated ??
    (versionSteps.includes(wanted as VersionStep) ? step(current, wanted as VersionStep, identifier) : undefined)
  if (next === undefined) {
    throw userError(
      'VERSION_STEP_INVALID',
      `${JSON.stringify(wanted.slice(0, 80))} is neither a version nor a step to one`,
      {
        hint: `use ${versionSteps.join(', ')} or a version`,
      },
    )
  }
  if (compareVersions(next, current) <= 0) {
    throw userError('VERSION_STEP_INVALID', `${next} is not above ${current}, the version of the package`)
  }
  return next
}

/** The changelog with its unreleased part under the version's own heading; the same text when there is no such part. */
export function releaseChangelog(text: string, version: Version, date: string): string {
  const heading = /^## \[?unreleased\]?[ \t]*$/im.exec(text)
  if (heading === null) return text
  const end = heading.index + heading[0].length
  return `${text.slice(0, end)}\n\n## ${version} (${date})${text.slice(end)}`
}

/** A prerelease of a step is already on the way to it: 2.0.0-rc.1 becomes 2.0.0 by `major`. */
function step(current: Version, wanted: VersionStep, identifier: string | undefined): Version | undefined {
  const [numbers = '', prerelease = ''] = current.split(/-(.*)/s)
  const [major = 0, minor = 0, patch = 0] = numbers.split('.').map(Number)
  const isPre = isPrerelease(current)
  switch (wanted) {
    case 'major':
      return asVersion(isPre && minor === 0 && patch === 0 ? numbers : `${major + 1}.0.0`)
    case 'minor':
      return asVersion(isPre && patch === 0 ? numbers : `${major}.${minor + 1}.0`)
    case 'patch':
      return asVersion(isPre ? numbers : `${major}.${minor}.${patch + 1}`)
    case 'prerelease':
      return asVersion(
        isPre
          ? `${numbers}-${nextPrerelease(prerelease, identifier)}`
          : `${major}.${minor}.${patch + 1}-${nextPrerelease('', identifier)}`,
      )
  }
}

/** `rc.0` to `rc.1`; another name begins at 0. */
function nextPrerelease(prerelease: string, identifier: string | undefined): string {
  const parts = prerelease === '' ? [] : prerelease.split('.')
  const name = /^\d+$/.test(parts[0] ?? '0') ? undefined : parts[0]
  if (parts.length === 0 || (identifier !== undefined && identifier !== name))
    return identifier === undefined ? '0' : `${identifier}.0`
  const last = parts.findLastIndex((part) => /^\d+$/.test(part))
  return last < 0 ? `${prerelease}.0` : parts.with(last, String(Number(parts[last]) + 1)).join('.')
}
