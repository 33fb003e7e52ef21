/** What the sources of a package say about themselves: the doc comments of everything that can be reached from outside. */
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { docComments, lineAt, undecorated } from './doctest/doc-comment.ts'

export type Doc = {
  /** `greet`, `Stack.push`. */
  readonly subject: string
  readonly text: string
  /** POSIX, relative to the package. */
  readonly file: string
  readonly line: number
}

const FILE_COUNT_MAX = 20_000

export function docsIn(directory: string): readonly Doc[] {
  const files = globSync('src/**/*.{ts,mts,tsx}', { cwd: directory }).map((path) => path.split(sep).join('/'))
  return files
    .sort()
    .slice(0, FILE_COUNT_MAX)
    .flatMap((file) => {
      const source = readFileSync(join(directory, file), 'utf8')
      return docComments(source).flatMap(({ start, end, subject }) => {
        if (subject === undefined || subject === 'module') return []
        const lines = source.slice(start, end).split('\n').map(undecorated)
        return [{ subject, text: unindented(lines), file, line: lineAt(source, start) }]
      })
    })
}

/** Without the margin that all lines share. */
function unindented(lines: readonly string[]): string {
  const margins = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0)
  const margin = Math.min(...margins)
  return lines
    .map((line) => line.slice(margin).trimEnd())
    .join('\n')
    .trim()
}
