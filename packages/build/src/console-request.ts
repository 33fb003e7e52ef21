/** What `alk console` and the program that it starts say to each other. */

export type ConsoleRequest = {
  readonly directory: string
  readonly name: string
  readonly version: string | undefined
  /** Of ALK_ENV. */
  readonly environment: string
  /** What is imported first, relative to the project; undefined when there is nothing. */
  readonly entry: string | undefined
}

/** Says that the person wants the program again, with the code as it is now. */
export const RESTART_EXIT_CODE = 75
