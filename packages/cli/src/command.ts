/**
 * A command as a value: what it is called, what it accepts, and the function that runs it. One file of `commands/` holds
 * one of them; the parser, the help and docs/reference/commands.md are all made from it.
 */
import { userError } from '@alkahest/core'
import type { OperationContext } from '@alkahest/ops'
import type { Operations } from './operations.ts'
import type { Style } from './style.ts'
import type { World } from './world.ts'

export type CommandDefinition = {
  /** Operands in the notation of usage lines: `<name>`, `[names...]`. */
  readonly operands: readonly OperandDefinition[]
  /** What it does and what to know about it: the paragraphs of its manual. */
  readonly manual: readonly string[]
  readonly options: readonly OptionDefinition[]
  readonly examples: readonly Example[]
  /** It hands the terminal to a program: no progress line, signals are the program's, its exit code is ours. */
  readonly runsProgram?: true
  /** Programs write to the terminal while it works, but the result is its own. */
  readonly startsPrograms?: true
  readonly run: (invocation: Invocation) => Promise<Outcome>
}

/** A command's name and one line; the rest is loaded when it runs. */
export type CommandEntry = {
  /** One word; or two, when it is a part of the command that the first one names. */
  readonly name: string
  /** The first is shown in the help. */
  readonly aliases: readonly string[]
  readonly summary: string
  readonly group: string
  /**
   * Whose the rest of the line is: `program` gives everything after the first operand to a program, `all` everything
   * after the command's own name. Absent: options are ours wherever they stand, and what follows `--` are operands.
   */
  readonly passThrough?: 'program' | 'all'
  readonly load: () => Promise<CommandDefinition>
}

export type OperandDefinition = { readonly notation: string; readonly meaning: string }

export type OptionDefinition = {
  /** In commander's notation: `-D, --dev`, `--before <date>`, `--no-optional`. */
  readonly flags: string
  readonly meaning: string
  readonly choices?: readonly string[]
  /** What completion offers of an option that takes other values too. */
  readonly proposals?: readonly string[]
  /** Names of options (in camel case) that cannot stand beside it. */
  readonly conflicts?: readonly string[]
  /** It may be given several times: `Flags.texts` has all of them. */
  readonly repeatable?: true
}

export type Example = { readonly line: string; readonly meaning: string }

export type Invocation = {
  readonly operands: readonly string[]
  readonly flags: Flags
  readonly json: boolean
  readonly context: OperationContext
  readonly world: World
  readonly operations: Operations
  /** Prints a line of JSON at once: for commands that run long and print several. Only under `--json`. */
  readonly emit: (document: object) => void
  /** Every command there is. */
  readonly commands: readonly CommandEntry[]
  /** Runs another command line in the same invocation; its exit code. */
  readonly runLine: (argv: readonly string[]) => Promise<number>
}

export type Outcome = {
  /** What follows `"ok": true` under `--json`. Absent: a program that spoke for itself. */
  readonly document?: object
  /** The same for a person; printed as it is. Absent: nothing to say. */
  readonly text?: (style: Style) => string
  /** Default 0. */
  readonly exitCode?: number
}

/** The options of one invocation, by their names in camel case. */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  /** Whether a switch was given. */
  on(name: string): boolean {
    return this.#values[name] === true
  }

  /** A switch that has a `--no-` form: undefined when neither was given. */
  either(name: string): boolean | undefined {
    const value = this.#values[name]
    return typeof value === 'boolean' ? value : undefined
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** A number that must be whole and within the bounds, undefined when it was not given. Throws `USAGE`. */
  integer(
    name: string,
    { least, most = Number.MAX_SAFE_INTEGER }: { least: number; most?: number },
  ): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw userError('USAGE', `--${flag} is ${JSON.stringify(text.slice(0, 80))}, not a whole number ${bounds}`)
  }

  /** The texts of an option that takes several. */
  texts(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : []
  }
}

/** The object without the keys whose values are undefined: options that were not given are absent, not undefined. */
export function given<const Values extends object>(
  values: Values,
): { [Key in keyof Values]: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof Values]: Exclude<Values[Key], undefined> }
}
