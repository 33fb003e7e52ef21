/** What was chosen: a complete assignment without its reasons. */
import type { VersionIndex } from './universe.ts'

/** The version chosen for each variable; undefined: absent. */
export type Choices = readonly (VersionIndex | undefined)[]

export function sameChoices(left: Choices, right: Choices): boolean {
  return left === right || (left.length === right.length && left.every((value, index) => value === right[index]))
}
