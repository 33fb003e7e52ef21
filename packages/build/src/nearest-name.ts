/** "Did you mean": the known name that takes the fewest edits to reach, when that is few enough to be a slip. */

const EDITS_MAX = 2
/** Names that people type are short; anything longer is no slip. */
const LENGTH_MAX = 64

export function nearestName(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > LENGTH_MAX) return undefined
  let nearest: string | undefined
  let fewest = Math.min(EDITS_MAX, Math.floor(typed.length / 2)) + 1
  for (const name of known) {
    const edits = name.length > LENGTH_MAX ? LENGTH_MAX : editDistance(typed, name)
    if (edits < fewest) [nearest, fewest] = [name, edits]
  }
  return nearest
}

/** Levenshtein's, a row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [i, character] of Array.from(left).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(right).entries()) {
      const replaced = (row[j] ?? 0) + (character === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? left.length
}
