/** The program behind `alk registry ...` as a function: argv in, one command, an exit code out. */
import { UserError } from '@alkahest/core'
import { runCommand } from './commands/run-command.ts'
import type { Terminal } from './commands/terminal.ts'

const EXIT_FAILED = 1

/** Runs to the end of the command and gives its exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await runCommand(argv, terminal)
  } catch (cause) {
    return reportFailure(cause, argv.includes('--json'), terminal)
  }
}

function reportFailure(cause: unknown, json: boolean, terminal: Terminal): number {
  const wrongUsage =
    cause instanceof UserError && (cause.code === 'USAGE' || cause.code === 'REGISTRY_CONFIGURATION_INVALID')
  if (!(cause instanceof UserError)) {
    terminal.error(`error: the registry failed unexpectedly: ${(cause as Error).stack ?? String(cause)}\n`)
    return EXIT_FAILED
  }
  if (json) {
    const { code, message, hint, details } = cause
    const error = {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
    }
    terminal.write(`${JSON.stringify({ ok: false, error })}\n`)
  } else {
    const hint = cause.hint === undefined ? '' : `\nhint: ${cause.hint}\n`
    terminal.error(`error ${cause.code} ${cause.message}\n${hint}`)
  }
  return wrongUsage ? 2 : EXIT_FAILED
}
