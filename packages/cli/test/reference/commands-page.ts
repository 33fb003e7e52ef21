/** docs/reference/commands.md, made from the definitions that the parser itself uses. */
import type { CommandDefinition, CommandEntry } from '../../src/command.ts'
import { parseCommandLine } from '../../src/command-line.ts'
import { commandTable } from '../../src/command-table.ts'

const opening = `# Commands

<!-- Generated from packages/cli/src/commands by packages/cli/test/reference.test.ts. Do not edit. -->

Every command takes \`-C DIR\` (act as if started in that folder), \`--json\` (one JSON document on stdout, see
[json.md](json.md)), \`--verbose\` (show the stack of an error) and \`--help\`, before or after its name.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. A command that runs a program (\`run\`, \`exec\`, \`test\`,
\`compile\`, \`format\`, \`lint\`, \`registry\`) returns that program's code. What can go wrong is listed in [errors.md](errors.md).

Results go to stdout; errors, notes and the progress line to stderr. Colour follows \`NO_COLOR\` and \`FORCE_COLOR\`, and there is none
in a pipe. The progress line appears only on a terminal, and not when \`CI\` is set. \`ALKAHEST_HOME\` replaces \`~/.alkahest\`, where the
store and the caches are.
`

export async function commandsPage(): Promise<string> {
  const sections = await Promise.all(commandTable.map(async (entry) => commandSection(entry, await entry.load())))
  return [opening, ...sections].join('\n')
}

async function commandSection(entry: CommandEntry, definition: CommandDefinition): Promise<string> {
  const parts = [
    `## alk ${entry.name}`,
    ...(entry.aliases.length === 0 ? [] : [`Also: ${entry.aliases.map((alias) => `\`alk ${alias}\``).join(', ')}`]),
    ...definition.manual,
    block([await usageOf(entry)]),
    list(definition.operands.map(({ notation, meaning }) => `\`${notation}\`: ${meaning}`)),
    optionsTable(definition),
    block(aligned(definition)),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** The first line of the help; a command whose help is its program's own has none to ask for. */
async function usageOf(entry: CommandEntry): Promise<string> {
  if (entry.passThrough === 'all') return `alk ${entry.name} ...`
  const help = await parseCommandLine([entry.name, '--help'])
  if (help.kind !== 'help') throw new Error(`alk ${entry.name} --help is not a help`)
  return help.text.split('\n')[0]!.replace('Usage: ', '')
}

function optionsTable({ options }: CommandDefinition): string {
  if (options.length === 0) return ''
  const rows = options.map(({ flags, meaning, choices }) => {
    const allowed = choices === undefined ? '' : ` (${choices.map((choice) => `\`${choice}\``).join(', ')})`
    return `| \`${flags}\` | ${meaning}${allowed} |`
  })
  return ['| Option | Meaning |', '| --- | --- |', ...rows].join('\n')
}

function aligned({ examples }: CommandDefinition): readonly string[] {
  const width = Math.max(...examples.map(({ line }) => line.length))
  return examples.map(({ line, meaning }) => `${line.padEnd(width)}  # ${meaning}`)
}

function block(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n')
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}
