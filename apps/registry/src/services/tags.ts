/** What a dist-tag may be called: never something that also reads as a version or a range, since clients could not tell them apart. */
import semver from 'semver'
import { refusals } from '../refusal.ts'

const TAG_LENGTH_MAX = 214

export function checkTagName(tag: string): void {
  if (tag.length === 0 || tag.length > TAG_LENGTH_MAX || tag !== encodeURIComponent(tag)) {
    throw refusals.invalid(
      `${JSON.stringify(tag.slice(0, 80))} is not a tag: use letters, digits, dots, dashes and underscores`,
    )
  }
  if (semver.validRange(tag) !== null) {
    throw refusals.invalid(`${JSON.stringify(tag)} is not a tag: it reads as a version or a range`)
  }
}
