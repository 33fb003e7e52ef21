/** What a command needs of the world around it; tests bring their own. */
export interface Terminal {
  write(text: string): void
  error(text: string): void
  /** All of standard input: how a password comes in without standing in a list of processes. */
  readInput(): Promise<string>
  /** Calls back when the process is asked to end. */
  onStop(stop: () => void): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}
