/** What TypeScript says, as values: `src/a.ts(3,7): error TS2322: Type ...` with the lines that go on below it. */

export type Diagnostic = {
  /** As the compiler writes it: relative to the package. Undefined for what concerns no file. */
  readonly file: string | undefined
  /** From 1. */
  readonly line: number | undefined
  readonly column: number | undefined
  readonly severity: 'error' | 'warning'
  /** `TS2322`. */
  readonly code: string
  readonly message: string
}

/** Beyond this nobody reads them; the compiler prints them all the same. */
const DIAGNOSTIC_COUNT_MAX = 10_000

export function parseDiagnostics(output: string): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const line of output.split(/\r?\n/)) {
    const found = /^(?:(.+)\((\d+),(\d+)\): )?(error|warning) (TS\d+): (.*)$/.exec(line)
    const last = diagnostics.at(-1)
    if (found !== null) diagnostics.push(read(found))
    else if (last !== undefined && /^\s+\S/.test(line))
      diagnostics[diagnostics.length - 1] = { ...last, message: `${last.message}\n${line}` }
    if (diagnostics.length >= DIAGNOSTIC_COUNT_MAX) break
  }
  return diagnostics
}

function read([, file, line, column, severity, code = '', message = '']: RegExpExecArray): Diagnostic {
  return {
    file,
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column),
    severity: severity === 'warning' ? 'warning' : 'error',
    code,
    message,
  }
}
