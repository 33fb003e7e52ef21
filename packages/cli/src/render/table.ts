/** Lines whose columns stand under each other. */

/** Each row on a line of its own, indented by two; the last column is not padded. Lengths are counted in characters. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((known, row) => {
    row.slice(0, -1).forEach((cell, column) => {
      known[column] = Math.max(known[column] ?? 0, cell.length)
    })
    return known
  }, [])
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A heading and its rows, or nothing when there are none. Beyond `max` rows the rest is counted. */
export function section(heading: string, rows: readonly (readonly string[])[], max: number = ROWS_MAX): string {
  if (rows.length === 0) return ''
  const shown = rows.length > max ? rows.slice(0, max - 1) : rows
  const rest = rows.length - shown.length
  return `${heading}\n${table(shown)}${rest === 0 ? '' : `  and ${rest} more\n`}`
}

/** About a screen: a first install of hundreds of packages is not worth scrolling through. */
const ROWS_MAX = 40
