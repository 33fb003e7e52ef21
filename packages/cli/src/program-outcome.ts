/** The outcome of a command that ran a program: its exit code is ours, and under --json it is said in a document. */
import { userError } from '@alkahest/core'
import type { RunReport } from '@alkahest/ops'
import type { Outcome } from './command.ts'
import { failureOf } from './failure.ts'

/** `what` names the program in the failure's sentence; `words` are said when it ended well, after what it printed itself. */
export function programOutcome(what: string, report: RunReport, words?: string): Outcome {
  const { exitCode } = report
  if (exitCode === 0) return { document: report, ...(words === undefined ? {} : { text: () => words }) }
  const failure = failureOf(
    userError('PROGRAM_FAILED', `${what} ended with exit code ${exitCode}`, { details: { ...report } }),
  )
  return { document: { ok: false, error: failure }, exitCode }
}
