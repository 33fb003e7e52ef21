/**
 * Whatever was thrown, as something to say: a code, a sentence, a next step. What a person can act on keeps its own
 * code; anything else is a mistake of ours and says so.
 */
import { Bug, UserError } from '@alkahest/core'
import type { ErrorCode } from '@alkahest/core'
import type { Style } from './style.ts'
import { VERSION } from './version.ts'

export type Failure = {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export const EXIT_DONE = 0
export const EXIT_FAILED = 1
export const EXIT_WRONG_USAGE = 2
/** 128 and the number of SIGINT, as shells say it. */
export const EXIT_INTERRUPTED = 130

export function failureOf(thrown: unknown): Failure {
  // Tidying up after an error failed too: what went wrong first is what a person can act on.
  if (thrown instanceof SuppressedError) return failureOf(thrown.suppressed)
  if (thrown instanceof UserError) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      ...(thrown.details === undefined ? {} : { details: thrown.details }),
    }
  }
  if (isSystemError(thrown)) {
    return {
      code: 'SYSTEM_ERROR',
      message: thrown.message,
      hint: systemHints[thrown.code] ?? 'the operating system refused it; mend that and run the command again',
    }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    code: 'BUG',
    message: thrown instanceof Bug ? `a law of Alkahest was broken: ${message}` : message,
    hint: `this is a mistake in Alkahest, not yours; report it with this line: alk ${VERSION}, node ${process.versions.node}, ${process.platform}-${process.arch}, and what --verbose shows`,
  }
}

/** What only a value on the command line can cause. */
const wrongUsage: ReadonlySet<ErrorCode> = new Set(['USAGE', 'DATE_INVALID', 'RELEASE_TARGET_UNKNOWN'])

/** 2 for wrong usage, 130 after an interruption, that of the program whose failure is explained, else 1. */
export function exitCodeOf(failure: Failure): number {
  if (wrongUsage.has(failure.code)) return EXIT_WRONG_USAGE
  const ofProgram = failure.details?.exitCode
  if (failure.code === 'IMPORT_UNDECLARED' && typeof ofProgram === 'number') return ofProgram
  return failure.code === 'INTERRUPTED' ? EXIT_INTERRUPTED : EXIT_FAILED
}

/** The lines for stderr. */
export function formatFailure(failure: Failure, style: Style): string {
  const sentence = `${style.red(style.bold('error'))} ${style.bold(failure.code)} ${failure.message}\n`
  return failure.hint === undefined ? sentence : `${sentence}\n${style.cyan('hint:')} ${failure.hint}\n`
}

/** The stack and those of its causes, for `--verbose`. */
export function formatStack(thrown: unknown): string {
  const stacks: string[] = []
  for (let current = thrown; current instanceof Error && stacks.length < CAUSES_MAX; current = current.cause) {
    stacks.push(current.stack ?? current.message)
  }
  return stacks.length === 0 ? '' : `\n${stacks.join('\ncaused by: ')}\n`
}

/** A chain longer than this would be a cycle. */
const CAUSES_MAX = 10

const systemHints: Readonly<Record<string, string>> = {
  EACCES:
    'the file or folder belongs to somebody else, or forbids it; change its owner or mode, or choose another place',
  EPERM:
    'the file or folder belongs to somebody else, or forbids it; change its owner or mode, or choose another place',
  EROFS: 'that file system is read-only; choose another place',
  ENOSPC: 'the disk is full; free some space and run the command again',
  EDQUOT: 'your share of the disk is used up; free some space and run the command again',
  EMFILE: 'too many files are open; raise the limit (ulimit -n) and run the command again',
}

function isSystemError(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && 'syscall' in thrown && 'code' in thrown && typeof thrown.code === 'string'
}
