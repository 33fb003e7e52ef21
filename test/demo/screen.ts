/** What somebody sees who watches the demo: each step with its commands, their output and its time; a table at the end. */
import { styleText } from 'node:util'

export type StepResult = {
  /** What was made, in bytes. */
  readonly size?: number
  /** A few words for the table. */
  readonly note?: string
}

export type Screen = {
  readonly line: (text: string) => void
  /** A command as one would type it. */
  readonly command: (text: string) => void
  /** What a command printed; long outputs are cut in the middle. */
  readonly output: (text: string) => void
  readonly step: (title: string, run: () => Promise<StepResult>) => Promise<void>
  /** Every finished step with its time and size. */
  readonly table: () => void
}

/** More lines of one command than a stranger reads. */
const LINES_MAX = 24
const SIZE_UNITS = ['B', 'kB', 'MB'] as const

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const rows: (StepResult & { readonly title: string; readonly seconds: number })[] = []
  const line = (text: string): void => {
    stream.write(`${text}\n`)
  }
  const styled = (format: 'bold' | 'dim' | 'cyan', text: string): string => styleText(format, text, { stream })
  return {
    line,
    command: (text) => line(styled('cyan', `   $ ${text}`)),
    output: (text) => {
      for (const shown of text.trim() === '' ? [] : cut(text)) line(styled('dim', `     ${shown}`))
    },
    step: async (title, run) => {
      line(`\n${styled('bold', title)}`)
      const start = performance.now()
      const result = await run()
      const seconds = (performance.now() - start) / 1000
      rows.push({ ...result, title, seconds })
      line(`   done in ${seconds.toFixed(1)} s${result.size === undefined ? '' : `, ${formatSize(result.size)}`}`)
    },
    table: () => {
      const width = Math.max(...rows.map(({ title }) => title.length))
      const total = rows.reduce((sum, { seconds }) => sum + seconds, 0)
      line(`\n${styled('bold', `${'Step'.padEnd(width)}      Time       Size`)}`)
      for (const { title, seconds, size, note } of rows) {
        line(
          `${title.padEnd(width)}  ${time(seconds)}  ${(size === undefined ? '' : formatSize(size)).padStart(9)}  ${note ?? ''}`.trimEnd(),
        )
      }
      line(`${'Everything'.padEnd(width)}  ${time(total)}`)
    },
  }
}

function time(seconds: number): string {
  return `${seconds.toFixed(1)} s`.padStart(8)
}

function cut(text: string): readonly string[] {
  const lines = text.trimEnd().split('\n')
  if (lines.length <= LINES_MAX) return lines
  const half = LINES_MAX / 2
  return [...lines.slice(0, half), `... ${lines.length - LINES_MAX} lines ...`, ...lines.slice(-half)]
}

function formatSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${SIZE_UNITS[power]}`
}
