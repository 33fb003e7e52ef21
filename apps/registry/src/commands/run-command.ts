/** Finds the command that argv names and runs it. */
import { userError } from '@alkahest/core'
import { version } from '../version.ts'
import { backup, restore } from './backup.ts'
import { checkConfig } from './check-config.ts'
import { claim } from './claim.ts'
import { parseCall } from './command.ts'
import type { Command } from './command.ts'
import { events } from './events.ts'
import { exportCommand } from './export.ts'
import { explain } from './explain.ts'
import { gc } from './gc.ts'
import { organization } from './organization.ts'
import { serve } from './serve.ts'
import type { Terminal } from './terminal.ts'
import { user } from './user.ts'
import { verify } from './verify.ts'

const commands: readonly Command[] = [
  serve,
  claim,
  user,
  verify,
  backup,
  restore,
  gc,
  explain,
  events,
  checkConfig,
  exportCommand,
  organization,
]

export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.write(overview())
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    terminal.write(`${version}\n`)
    return 0
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) {
    throw userError('USAGE', `alk registry has no command ${JSON.stringify(name)}`, {
      hint: `the commands are ${commands.map((known) => known.name).join(', ')}`,
    })
  }
  const call = parseCall(command, rest, terminal)
  if (call.switches.has('help')) {
    terminal.write(command.help)
    return 0
  }
  return command.run(call)
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `alk registry: a registry for npm packages, on this machine or for a team

usage: alk registry COMMAND [options]

${lines.join('\n')}

\`alk registry COMMAND --help\` says more.
`
}
