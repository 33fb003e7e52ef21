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

/** Each number below node-semver's limit. */
const CANONICAL_RELEASE = /^(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})$/

/** The version in a text, or undefined when it is not one. */
export function asVersion(text: unknown): Version | undefined {
  if (typeof text !== 'string') return undefined
  // Nearly all of them, a hundred thousand in a large graph.
  if (CANONICAL_RELEASE.test(text)) return text as Version
  return (semver.parse(text, { loose: true })?.version as Version | undefined) ?? undefined
}

/** A canonical version, cut at its dots and its first dash. */
export type VersionParts = {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** Without the dash; empty in a release. */
  readonly prerelease: string
}

export function versionParts(version: string): VersionParts {
  const dash = version.indexOf('-')
  const end = dash < 0 ? version.length : dash
  const first = version.indexOf('.')
  const second = version.indexOf('.', first + 1)
  return {
    major: Number(version.slice(0, first)),
    minor: Number(version.slice(first + 1, second)),
    patch: Number(version.slice(second + 1, end)),
    prerelease: dash < 0 ? '' : version.slice(dash + 1),
  }
}

/** Ascending by precedence. Canonical versions, which are nearly all, are compared without being parsed into objects. */
export function compareVersions(left: Version, right: Version): number {
  const parts = versionParts(left)
  const others = versionParts(right)
  const isCanonical = (one: VersionParts): boolean => !Number.isNaN(one.major + one.minor + one.patch)
  if (!isCanonical(parts) || !isCanonical(others) || left.includes('+') || right.includes('+')) {
    return semver.compare(left, right, { loose: true })
  }
  return compareVersionParts(parts, others)
}

/** The same for versions that were cut already: for whoever sorts many. */
export function compareVersionParts(left: VersionParts, right: VersionParts): number {
  const order = left.major - right.major || left.minor - right.minor || left.patch - right.patch
  return order || comparePrereleases(left.prerelease, right.prerelease)
}

/** The order of two versions of the same three numbers: a release, which has none, comes after all its prereleases. */
export function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0
  if (left === '') return 1
  if (right === '') return -1
  const others = right.split('.')
  for (const [index, identifier] of left.split('.').entries()) {
    const other = others[index]
    if (other === undefined) return 1
    const order = compareIdentifiers(identifier, other)
    if (order !== 0) return order
  }
  return -1
}

/** Numbers before words, numbers by value, words by character. */
function compareIdentifiers(left: string, right: string): number {
  if (left === right) return 0
  const isNumber = /^\d+$/
  const [leftIsNumber, rightIsNumber] = [isNumber.test(left), isNumber.test(right)]
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1
  if (leftIsNumber) return Number(left) - Number(right)
  return left < right ? -1 : 1
}

export function isPrerelease(version: Version): boolean {
  return version.includes('-')
}

export function majorOf(version: Version): number {
  return semver.major(version, { loose: true })
}
