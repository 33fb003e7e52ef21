/** How the program ends when it cannot go on: with one sentence and an exit code, never with a stack trace. */

/** Something a person can act on; `exitCode` is what the process ends with. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Wrong usage, as everywhere in Alkahest. */
export const EXIT_USAGE = 2

/** sysexits' EX_CONFIG: starting it again would fail the same way, so nobody should. */
export const EXIT_CONFIGURATION = 78

/** The release or its configuration is not right. */
export class ConfigurationError extends Failure {
  override readonly name = 'ConfigurationError'

  constructor(message: string) {
    super(message, EXIT_CONFIGURATION)
  }
}

/** The sentence of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
