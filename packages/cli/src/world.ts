/**
 * Everything of the process that the command touches, as a value: arguments, environment, streams, signals, clock.
 * `process-world.ts` makes the real one; tests make their own.
 */
import type { Operations } from './operations.ts'

/** As much of a stream as printing needs. */
export type Output = {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export type Input = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean }

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export type World = {
  /** Without Node and the script. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** The user's home folder, absolute. */
  readonly userHome: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly cwd: () => string
  /** Moves the process into a folder; throws the system's error when it cannot. */
  readonly changeDirectory: (directory: string) => void
  /** Calls back on each signal that asks to stop; returns how to stop listening. */
  readonly onStopSignal: (listener: (signal: StopSignal) => void) => () => void
  readonly loadOperations: () => Promise<Operations>
  /** Asks a person. Only called when both stdin and stderr are terminals. */
  readonly loadPrompts: () => Promise<Prompts>
}

export type Choice = { readonly value: string; readonly hint: string }

/** Undefined means that the person cancelled. */
export type Prompts = {
  /** `proposal` is what Enter means; without one, Enter alone is no answer. */
  readonly text: (question: string, proposal?: string) => Promise<string | undefined>
  /** One of several, by its value; the first is what Enter means. */
  readonly choose: (question: string, choices: readonly Choice[]) => Promise<string | undefined>
  /** Yes or no; yes is the one that Enter means. */
  readonly confirm: (question: string) => Promise<boolean | undefined>
  /** What is typed is not shown. */
  readonly secret: (question: string) => Promise<string | undefined>
}
