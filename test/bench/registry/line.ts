/** A measured line, and whether it is where issue 3 wants it. */

export type Goal = { readonly text: string; readonly holds: boolean }

export type Line = {
  readonly row: string
  readonly what: string
  readonly value: string
  readonly goal?: Goal
}

export function atLeast(value: number, goal: number): Goal {
  return { text: `at least ${goal}`, holds: value >= goal }
}

export function atMost(value: number, goal: number, unit = ''): Goal {
  return { text: `at most ${goal}${unit}`, holds: value <= goal }
}

export function formatLines(lines: readonly Line[]): string {
  const width = (key: 'row' | 'what' | 'value'): number => Math.max(...lines.map((line) => line[key].length))
  return lines
    .map(({ row, what, value, goal }) => {
      const verdict = goal === undefined ? '' : `  ${goal.holds ? 'holds' : 'MISSED'}: ${goal.text}`
      return `${row.padEnd(width('row'))}  ${what.padEnd(width('what'))}  ${value.padStart(width('value'))}${verdict}\n`
    })
    .join('')
}

export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5)
}

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}
