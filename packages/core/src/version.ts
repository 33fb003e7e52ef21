/** One semantic version in its canonical text; order and syntax are node-semver's. */
import semver from 'semver'
import { userError } from './errors.ts'

declare const versionBrand: unique symbol
export type Version = string & { readonly [versionBrand]: true }

/** Reads a version, loosely as npm does (`v1.2.3`, ` =1.2.3`), or throws `VERSION_INVALID`. Build metadata is dropped. */
export function parseVersion(text: string, place?: string): Version {
  const version = asVersion(text)
  if (version === undefined) {
    throw userError(
      'VERSION_INVALID',
      `${JSON.stringify(text.slice(0, 80))} is not a version${place === undefined ? '' : ` (in ${place})`}`,
    )
  }
  return version
}

/** The version in a text, or undefined when it is not one. */
export function asVersion(text: unknown): Version | undefined {
  if (typeof text !== 'string') return undefined
  return (semver.parse(text, { loose: true })?.version as Version | undefined) ?? undefined
}

/** Ascending by precedence. */
export function compareVersions(left: Version, right: Version): number {
  return semver.compare(left, right, { loose: true })
}

export function isPrerelease(version: Version): boolean {
  return version.includes('-')
}

export function majorOf(version: Version): number {
  return semver.major(version, { loose: true })
}
