/**
 * All versions of a package in a few bytes: ascending, each as what differs from the one before it, rows of successive
 * numbers as one word. The format is in docs/formats/closure.md, "Lists of versions".
 *
 *     1.0.0-rc.0+2 .0+3 .1.0 .1-beta 2.0.0        1.0.0-rc.0 to rc.2, 1.0.0 to 1.0.3, 1.1.0, 1.1.1-beta, 2.0.0
 */
import { comparePrereleases, versionParts } from '@alkahest/core'
import type { Version, VersionParts } from '@alkahest/core'

/** The most that any package of the public registry has is about 30,000; a row is short to write and long to hold. */
const LISTED_VERSIONS_MAX = 100_000

/** As node-semver has it. */
const VERSION_LENGTH_MAX = 256

const NUMBER = /^(?:0|[1-9]\d{0,14})$/
const IDENTIFIERS = /^(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*$/

/** `1.2.` and 3, `1.2.3-rc.` and 4: what a row keeps and what it counts; nothing is counted in `1.2.3-beta`. */
type Counted = { readonly stem: string; readonly number: number | undefined }

/** Canonical versions, ascending, to one line. */
export function formatVersionList(versions: readonly Version[]): string {
  const words: string[] = []
  let before = ''
  for (let index = 0; index < versions.length;) {
    const first = versions[index] as Version
    const more = rowAfter(versions, index)
    words.push(`${wordAfter(before, first)}${more === 0 ? '' : `+${more}`}`)
    index += more + 1
    before = versions[index - 1] as Version
  }
  return words.join(' ')
}

/** How many follow the one at the index, each one higher. */
function rowAfter(versions: readonly Version[], index: number): number {
  const { stem, number } = countedOf(versions[index] as Version)
  if (number === undefined) return 0
  let more = 0
  for (; versions[index + more + 1] === `${stem}${number + more + 1}`; more++);
  return more
}

/** Undefined unless every word is canonical and higher than the one before it; then the versions, ascending. */
export function parseVersionList(text: string): readonly Version[] | undefined {
  const versions: string[] = []
  if (text === '') return []
  let before: VersionParts | undefined
  for (const word of text.split(' ')) {
    const plus = word.indexOf('+')
    const more = plus < 0 ? 0 : numberOf(word.slice(plus + 1))
    const first = partsAfter(before, plus < 0 ? word : word.slice(0, plus))
    if (more === undefined || first === undefined || !isHigher(before, first)) return undefined
    if (versions.length + more >= LISTED_VERSIONS_MAX) return undefined
    const version = textOf(first)
    if (version.length > VERSION_LENGTH_MAX) return undefined
    versions.push(version)
    before = first
    if (more === 0) continue
    const { stem, number } = countedOf(version)
    if (number === undefined || !Number.isSafeInteger(number + more)) return undefined
    for (let step = 1; step <= more; step++) versions.push(`${stem}${number + step}`)
    before = first.prerelease === '' ? { ...first, patch: number + more } : versionParts(`${stem}${number + more}`)
  }
  return versions as Version[]
}

function textOf({ major, minor, patch, prerelease }: VersionParts): string {
  return `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}`
}

function countedOf(version: string): Counted {
  const dash = version.indexOf('-')
  const cut = dash < 0 ? version.lastIndexOf('.') : Math.max(dash, version.lastIndexOf('.'))
  return { stem: version.slice(0, cut + 1), number: numberOf(version.slice(cut + 1)) }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined
}

/** The part of a version that has to be written after another one. */
function wordAfter(before: string, version: string): string {
  if (before === '') return version
  const known = versionParts(before)
  const { major, minor, patch, prerelease } = versionParts(version)
  const dashed = prerelease === '' ? '' : `-${prerelease}`
  if (major !== known.major) return version
  if (minor !== known.minor) return `.${minor}.${patch}${dashed}`
  return patch !== known.patch || prerelease === '' ? `.${patch}${dashed}` : dashed
}

/** What a word means: ``, `.3`, `.2.3` or `1.2.3`, and a prerelease. Undefined when it means nothing. */
function partsAfter(before: VersionParts | undefined, word: string): VersionParts | undefined {
  const dash = word.indexOf('-')
  const prerelease = dash < 0 ? '' : word.slice(dash + 1)
  if (dash >= 0 && !IDENTIFIERS.test(prerelease)) return undefined
  const written = (dash < 0 ? word : word.slice(0, dash)).split('.')
  const [first, second, third] = written
  if (written.length > 3 || (first === '' && before === undefined)) return undefined
  const whole = first !== ''
  if (whole && written.length !== 3) return undefined
  const numbers = whole ? [first, second, third] : written.slice(1)
  const read = numbers.map(numberOf)
  if (read.includes(undefined)) return undefined
  const [patch = before?.patch ?? 0, minor = before?.minor ?? 0, major = before?.major ?? 0] = read.toReversed()
  return { major, minor, patch, prerelease }
}

function isHigher(before: VersionParts | undefined, next: VersionParts): boolean {
  if (before === undefined) return true
  const order = next.major - before.major || next.minor - before.minor || next.patch - before.patch
  if (order !== 0 || before.prerelease === '') return order > 0
  return next.prerelease === '' || comparePrereleases(before.prerelease, next.prerelease) < 0
}
