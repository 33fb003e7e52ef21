/** What may stand where the cursor is: the one place that knows, for every shell. Pure: what the project has is handed in. */
import type { CompletionWords } from '@alkahest/ops'
import { commandIndex } from './command-index.ts'
import type { CommandEntry, OptionDefinition } from './command.ts'

/** Every command has these. */
const GLOBAL_FLAGS: readonly string[] = ['--help', '--json', '--verbose', '-C']

/** Words that begin as the last of `words` does, which may be empty; `words` are those after `alk` up to the cursor. */
export async function completions(words: readonly string[], known: Known): Promise<readonly string[]> {
  const prefix = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const candidates = await candidatesAt(before, prefix, known)
  return [...new Set(candidates)].filter((candidate) => candidate.startsWith(prefix)).toSorted()
}

export type Known = {
  readonly commands: readonly CommandEntry[]
  /** Only asked when it matters. */
  readonly project: () => Promise<CompletionWords>
}

async function candidatesAt(
  before: readonly string[],
  prefix: string,
  { commands, project }: Known,
): Promise<readonly string[]> {
  const at = commandIndex(before)
  const name = at === undefined ? undefined : before[at]
  if (at === undefined || name === undefined || name === 'help') {
    const names = commands.flatMap((entry) => [entry.name, ...entry.aliases])
    return prefix.startsWith('-') ? [...GLOBAL_FLAGS, '--version'] : [...names, 'help', ...(await project()).aliases]
  }
  const entry = commands.find((command) => command.name === name || command.aliases.includes(name))
  const operands = before.slice(at + 1).filter((word) => !word.startsWith('-'))
  // What follows the first operand of such a command belongs to a program, of which nothing is known here.
  if (entry?.passThrough !== undefined && operands.length > 0) return []
  const { options = [] } = (await entry?.load()) ?? {}
  const valued = options.find((option) => isAskedBy(option, before.at(-1)))
  if (valued !== undefined) {
    return valued.flags.includes('--filter') ? (await project()).members : (valued.choices ?? valued.proposals ?? [])
  }
  if (prefix.startsWith('-')) return [...options.flatMap(({ flags }) => flagsOf(flags)), ...GLOBAL_FLAGS]
  return operandsOf(entry?.name ?? name, project)
}

async function operandsOf(command: string, project: () => Promise<CompletionWords>): Promise<readonly string[]> {
  if (command === 'run') return (await project()).scripts
  return command === 'task' ? (await project()).tasks : []
}

function isAskedBy({ flags }: OptionDefinition, word: string | undefined): boolean {
  return word !== undefined && flags.includes('<') && flagsOf(flags).includes(word)
}

/** `-F, --filter <pattern>` has two. */
function flagsOf(flags: string): readonly string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'))
}
