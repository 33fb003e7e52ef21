/** "Did you mean": the known name that looks most like the one that was given. */

/** Further apart than this, a suggestion confuses more than it helps. */
const DISTANCE_MAX = 3

/** The closest of the names, or undefined when none is close. */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const limit = Math.min(DISTANCE_MAX, Math.ceil(name.length / 3))
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance || (left.candidate < right.candidate ? -1 : 1))
  return ranked[0]?.candidate
}

/** Levenshtein's: insertions, deletions and replacements that turn one text into the other. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[right.length] ?? 0
}
