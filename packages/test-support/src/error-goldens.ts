/**
 * The exact text of every error, kept in `test/goldens/errors/CODE.txt`: one file for each code, written by the test
 * that really causes the error, and reviewed like any other change. `test/house/error-codes.test.ts` holds codes, page
 * and goldens equal.
 */
import { AssertionError } from 'node:assert'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@alkahest/core'
import type { ErrorCode } from '@alkahest/core'

/** Set to `1`, the goldens are written instead of compared; then read the difference before committing it. */
const WRITE = 'ALKAHEST_WRITE_GOLDENS'

export type ErrorGoldenOptions = {
  /** What differs from run to run, by its stand-in: `{ '<project>': world.directory, '<registry>': registry.url }`. */
  readonly replace?: Readonly<Record<string, string>>
  /** Where the goldens are; for the tests of this function. */
  readonly directory?: string
}

/**
 * Compares an error with the golden of its code and throws an AssertionError when they differ or there is none.
 * @param actual what the command printed on stderr, or what a function threw
 */
export function expectErrorGolden(code: ErrorCode, actual: unknown, options: ErrorGoldenOptions = {}): void {
  const directory = options.directory ?? path.resolve(import.meta.dirname, '../../../test/goldens/errors')
  const file = path.join(directory, `${code}.txt`)
  const text = withStandIns(textOf(code, actual), options.replace ?? {})
  if (!text.startsWith(`error ${code} `)) throw differs(`this is not an error ${code}`, text, `error ${code} ...`)
  if (process.env[WRITE] === '1') {
    mkdirSync(directory, { recursive: true })
    writeFileSync(file, text)
  }
  const golden = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (golden === undefined) throw differs(`there is no golden for ${code}; ${WRITE}=1 writes it`, text, '')
  if (golden !== text) throw differs(`${code} reads differently now; if better, ${WRITE}=1 writes it`, text, golden)
}

/** As `alk` prints it on stderr, without colours; `packages/cli` has the twin that prints. */
export function formatUserError(error: UserError): string {
  const sentence = `error ${error.code} ${error.message}\n`
  return error.hint === undefined ? sentence : `${sentence}\nhint: ${error.hint}\n`
}

function textOf(code: ErrorCode, actual: unknown): string {
  if (typeof actual === 'string') return actual
  if (actual instanceof UserError) return formatUserError(actual)
  throw differs('neither text nor a UserError', String(actual), `error ${code} ...`)
}

/** Longest first, so that a folder inside another one keeps its own stand-in. */
function withStandIns(text: string, replace: Readonly<Record<string, string>>): string {
  return Object.entries(replace)
    .toSorted(([, left], [, right]) => right.length - left.length)
    .reduce((replaced, [standIn, value]) => replaced.replaceAll(value, standIn), text)
}

function differs(message: string, actual: string, expected: string): AssertionError {
  return new AssertionError({ message, actual, expected, operator: 'expectErrorGolden' })
}
