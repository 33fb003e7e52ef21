/**
 * What an operation may know of the world outside its options. Only `cli` makes one; tests make their own.
 */

export type OperationContext = {
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `ALKAHEST_HOME` or `~/.alkahest`, absolute: store and caches. */
  readonly home: string
  /** Milliseconds since 1970: the release age counts from it. */
  readonly now: () => number
  /** Told of long work as it goes; never prints anything itself. */
  readonly progress: (event: ProgressEvent) => void
  /** Where the output of programs that an operation starts goes: `inherit`, or all of it to stderr (under --json). */
  readonly childOutput: 'inherit' | 'stderr'
  readonly signal?: AbortSignal
  /** Tasks that were started in this invocation, so that none runs twice; absent: every call is an invocation. */
  readonly taskRuns?: Map<string, Promise<unknown>>
}

export type ProgressEvent =
  /** `what` is a few words for a person: "resolving", "fetching"; `total` undefined while it is not known. */
  | { readonly kind: 'step'; readonly what: string; readonly done?: number; readonly total?: number }
  /** One line worth keeping, shown above the progress line: a skipped package, a fallback. */
  /** `decides`: it says what became of the work, and is shown however many others there are. */
  | { readonly kind: 'note'; readonly text: string; readonly decides?: true }
  /** All that a program printed in one member of a workspace, in one piece; `exitCode` undefined when it was not started. */
  | { readonly kind: 'output'; readonly of: string; readonly exitCode: number | undefined; readonly text: string }
