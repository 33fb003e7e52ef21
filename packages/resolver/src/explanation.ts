/** A derivation in words, and what would help: what people read when a resolution fails or gives up a peer. */

export type Explanation = {
  /** Sentences, at most {@link EXPLANATION_LINES_MAX}; a line that is used later starts with its number, `(1) `. */
  readonly lines: readonly string[]
  /** Found by solving again with one requirement lifted: each of them, applied alone, resolves. */
  readonly suggestions: readonly Suggestion[]
}

export type Suggestion = {
  /** POSIX path of the member whose package.json changes; `.` for the root. */
  readonly member: string
  readonly alias: string
  /** What to write there instead of `from`. */
  readonly to: string
  readonly from: string
  /** `in package.json, ask for react ^18.3.1 instead of ^19.0.0`. */
  readonly text: string
}

export const EXPLANATION_LINES_MAX = 12
