/** One command line to those that it means: aliases of the project are looked up before anything else. */
import { UserError } from '@alkahest/core'
import type { CommandLineStep, OperationContext } from '@alkahest/ops'
import { commandIndex } from './command-index.ts'
import { findCommand } from './command-table.ts'
import type { Operations } from './operations.ts'

export type ExpandOptions = {
  readonly argv: readonly string[]
  readonly context: OperationContext
  readonly loadOperations: () => Promise<Operations>
  /** Told why aliases were not looked at. */
  readonly note: (text: string) => void
}

/**
 * The steps, or undefined when the line means itself. While alkahest.config.ts cannot be loaded (because what it imports
 * is not installed yet) commands keep their own meaning, and it is said.
 */
export async function expandLine(options: ExpandOptions): Promise<readonly CommandLineStep[] | undefined> {
  const { argv, context } = options
  const at = commandIndex(argv)
  const name = at === undefined ? undefined : argv[at]
  if (at === undefined || name === undefined) return undefined
  const words = argv.slice(at)
  // The help of a command is its own, whatever wraps it.
  if (findCommand(name) !== undefined && words.some((word) => word === '--help' || word === '-h')) return undefined
  if (name === 'help') return undefined
  try {
    const { expandCommandLine } = await options.loadOperations()
    const steps = await expandCommandLine(context, { argv: words })
    const [only] = steps
    if (steps.length === 1 && only?.kind === 'command' && only.argv === words) return undefined
    const globals = withoutFolder(argv.slice(0, at))
    return steps.map((step) => (step.kind === 'call' ? step : { ...step, argv: [...globals, ...step.argv] }))
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'CONFIG_INVALID' || findCommand(name) === undefined) throw error
    options.note(`aliases are not looked at: ${error.message}`)
    return undefined
  }
}

/** The folder of `-C` before the command's name: aliases are those of that project. */
export function folderBefore(argv: readonly string[]): string | undefined {
  const before = argv.slice(0, commandIndex(argv) ?? 0)
  const at = before.lastIndexOf('-C')
  return at < 0 ? undefined : before[at + 1]
}

function withoutFolder(globals: readonly string[]): readonly string[] {
  return globals.filter((word, index) => word !== '-C' && globals[index - 1] !== '-C')
}
