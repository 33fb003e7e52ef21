/**
 * argv to what was asked: a command with its operands and options, the help, the version, or wrong usage. The parsing is
 * commander's; this file gives it the one command that the line names and turns its complaints into our errors.
 */
import { Command, CommanderError, Option } from 'commander'
import { invariant, userError } from '@alkahest/core'
import { commandIndex } from './command-index.ts'
import { Flags } from './command.ts'
import type { CommandDefinition, CommandEntry } from './command.ts'
import { commandTable, findCommand } from './command-table.ts'
import type { Style } from './style.ts'
import { plain } from './style.ts'
import { VERSION } from './version.ts'

export type CommandLine =
  | {
      readonly kind: 'command'
      readonly entry: CommandEntry
      readonly definition: CommandDefinition
      readonly operands: readonly string[]
      readonly flags: Flags
    }
  /** `ofCommand`: of one command, not of all of them. */
  | { readonly kind: 'help'; readonly text: string; readonly ofCommand: boolean }
  | { readonly kind: 'version' }
  /** No command at all: wrong usage that is best answered with the help. */
  | { readonly kind: 'nothing'; readonly text: string }

/** How help is laid out. */
export type HelpLook = { readonly style: Style; readonly columns: number | undefined }

const plainLook: HelpLook = { style: plain, columns: undefined }

/** Options that every command has, before or after its name. */
const globalOptions: readonly (readonly [flags: string, meaning: string])[] = [
  ['-C <dir>', 'Act as if started in this folder'],
  ['--json', 'Print one JSON document on stdout, for programs'],
  ['--verbose', 'Say more; show the stack of an error'],
]

/** Reads the arguments, loading the one command they name. Throws `USAGE`. */
export async function parseCommandLine(argv: readonly string[], look: HelpLook = plainLook): Promise<CommandLine> {
  const line = withJoinedName(withoutHelpCommand(argv))
  const at = commandIndex(line)
  const entry = at === undefined ? undefined : findCommand(line[at] ?? '')
  const definition = await entry?.load()
  const isAll = entry?.passThrough === 'all'
  // What follows a command that passes everything through is not ours to parse; what follows an unknown one says nothing.
  const ours = at !== undefined && (isAll || entry === undefined) ? line.slice(0, at + 1) : line
  const parsed = parse(ours, entry === undefined || definition === undefined ? undefined : { entry, definition }, look)
  if (parsed.kind !== 'command' || !isAll || at === undefined) return parsed
  return { ...parsed, operands: line.slice(at + 1) }
}

/** Whether the line asks for JSON, also when it cannot be parsed: the answer to wrong usage is JSON then. */
export function asksForJson(argv: readonly string[]): boolean {
  const at = commandIndex(argv)
  const end = argv.indexOf('--')
  const ours = end === -1 ? argv : argv.slice(0, end)
  const passThrough = at === undefined ? undefined : findCommand(argv[at] ?? '')?.passThrough
  if (at === undefined || passThrough === undefined) return ours.includes('--json')
  const program = ours.findIndex((argument, index) => index > at && !argument.startsWith('-'))
  return ours.slice(0, passThrough === 'all' ? at : program === -1 ? undefined : program).includes('--json')
}

/** `help X` is `X --help`. */
function withoutHelpCommand(argv: readonly string[]): readonly string[] {
  const at = commandIndex(argv)
  if (at === undefined || argv[at] !== 'help') return argv
  const named = argv.slice(at + 1)
  return [...argv.slice(0, at), ...named, '--help']
}

/** `release plan` is one command with a name of two words: they become one argument. */
function withJoinedName(argv: readonly string[]): readonly string[] {
  const at = commandIndex(argv)
  if (at === undefined) return argv
  const name = `${argv[at]} ${argv[at + 1]}`
  return findCommand(name) === undefined ? argv : argv.toSpliced(at, 2, name)
}

type Selected = { readonly entry: CommandEntry; readonly definition: CommandDefinition }

function parse(argv: readonly string[], selected: Selected | undefined, look: HelpLook): CommandLine {
  const program = buildProgram(selected, look)
  const printed: string[] = []
  let result: CommandLine | undefined
  for (const command of [program, ...program.commands]) {
    command.exitOverride()
    command.configureOutput({
      writeOut: (text) => printed.push(text),
      writeErr: () => undefined,
      outputError: () => undefined,
    })
  }
  const command = program.commands.find((candidate) => candidate.name() === selected?.entry.name)
  if (command !== undefined && selected !== undefined) {
    command.action(() => {
      const flags = new Flags({ ...program.opts(), ...command.opts() })
      result = { kind: 'command', ...selected, operands: command.args, flags }
    })
  }
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.version') return { kind: 'version' }
    if (error.code === 'commander.help') return { kind: 'nothing', text: program.helpInformation() }
    if (error.exitCode === 0) return { kind: 'help', text: printed.join(''), ofCommand: selected !== undefined }
    throw wrongUsage(error, selected?.entry)
  }
  invariant(result !== undefined, 'a command line that parses names a command')
  return result
}

/** commander's words, in our form: no "error:" in front, the suggestion as a hint. */
function wrongUsage(error: CommanderError, entry: CommandEntry | undefined): Error {
  const [complaint = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const meant = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(suggestion ?? '')?.[1]
  const help = entry === undefined ? 'alk --help lists the commands' : `alk ${entry.name} --help lists what it accepts`
  return userError('USAGE', complaint.replace(/\.$/, ''), {
    hint: meant === undefined ? help : `did you mean ${meant}?`,
  })
}

function buildProgram(selected: Selected | undefined, look: HelpLook): Command {
  const program = new Command('alk')
  program
    .description('Alkahest: create, install, build, test, publish and release TypeScript packages')
    .usage('[options] <command>')
    .version(VERSION, '-v, --version', 'Print the version')
    .helpOption('-h, --help', 'Show the help of alk or of a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({
      showGlobalOptions: false,
      styleTitle: look.style.bold,
      subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', '),
    })
    .configureOutput(look.columns === undefined ? {} : { getOutHelpWidth: () => look.columns ?? 80 })
  addGlobalOptions(program)
  for (const entry of commandTable) {
    const command = new Command(entry.name)
      .copyInheritedSettings(program)
      .summary(entry.summary)
      .aliases([...entry.aliases])
      .helpGroup(entry.group)
    program.addCommand(command, { hidden: isPartOfAnother(entry) })
    if (selected?.entry === entry) define(command, selected)
  }
  return program
}

function define(command: Command, { entry, definition }: Selected): void {
  command.description(definition.manual.join('\n\n'))
  for (const operand of definition.operands) command.argument(operand.notation, operand.meaning)
  for (const { flags, meaning, choices, conflicts, repeatable } of definition.options) {
    const option = new Option(flags, meaning)
    if (repeatable) option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
    if (choices !== undefined) option.choices(choices)
    if (conflicts !== undefined) option.conflicts([...conflicts])
    command.addOption(option)
  }
  if (entry.passThrough === 'program') command.passThroughOptions()
  command.optionsGroup('Options of every command:')
  addGlobalOptions(command)
  command.helpOption('-h, --help', 'Show this help')
  command.addHelpText('after', `${partsText(entry)}\n${examplesText(definition)}`)
}

/** The commands whose names begin with this one's, which the help of alk leaves out. */
function partsText(entry: CommandEntry): string {
  const parts = commandTable.filter(({ name }) => name.startsWith(`${entry.name} `))
  if (parts.length === 0) return ''
  const width = Math.max(...parts.map(({ name }) => name.length))
  return `\nCommands:\n${parts.map(({ name, summary }) => `  alk ${name.padEnd(width)}  ${summary}\n`).join('')}`
}

function isPartOfAnother({ name }: CommandEntry): boolean {
  return name.includes(' ')
}

function addGlobalOptions(command: Command): void {
  for (const [flags, meaning] of globalOptions) command.addOption(new Option(flags, meaning))
}

function examplesText(definition: CommandDefinition): string {
  const width = Math.max(...definition.examples.map(({ line }) => line.length))
  return ['Examples:', ...definition.examples.map(({ line, meaning }) => `  ${line.padEnd(width)}  ${meaning}`)].join(
    '\n',
  )
}
