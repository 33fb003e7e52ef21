/** Table of contents: a command line, run in a world that the caller supplies. The command itself is main.ts. */
export { run } from './run.ts'
export type { Operations } from './operations.ts'
export type { Input, Output, Prompts, StopSignal, World } from './world.ts'
