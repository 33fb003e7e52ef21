/** A subcommand of `alk registry`: its own help, its own options. */
import { parseArgs } from 'node:util'
import { userError } from '@alkahest/core'
import { flagOf } from '../configuration.ts'
import type { Terminal } from './terminal.ts'

export type Command = {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The whole help, with examples. */
  readonly help: string
  /** Options that take a value, without dashes. */
  readonly values: readonly string[]
  /** Options that are present or not. */
  readonly switches: readonly string[]
  readonly run: (call: Call) => Promise<number>
}

export type Call = {
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly switches: ReadonlySet<string>
  readonly arguments: readonly string[]
  readonly terminal: Terminal
}

/** Reads a command's arguments; throws `USAGE_INVALID`. */
export function parseCall(command: Command, argv: readonly string[], terminal: Terminal): Call {
  const options = {
    ...Object.fromEntries(command.values.map((name) => [name, { type: 'string' as const }])),
    ...Object.fromEntries([...command.switches, 'help'].map((name) => [name, { type: 'boolean' as const }])),
  }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    const entries = Object.entries(values)
    return {
      flags: Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
      switches: new Set(entries.filter(([, value]) => value === true).map(([name]) => name)),
      arguments: positionals,
      terminal,
    }
  } catch (cause) {
    throw userError('USAGE', `alk registry ${command.name}: ${firstSentence((cause as Error).message)}`, {
      hint: `\`alk registry ${command.name} --help\` lists the options`,
      cause,
    })
  }
}

/** The options by which every command finds the registry's data. */
export const dataOptions: readonly string[] = ['data', 'config', 'database-url']

export const serveOptions: readonly string[] = [
  'config',
  ...[
    'host',
    'port',
    'data',
    'databaseUrl',
    'upstream',
    'upstreamHosts',
    'publicUrl',
    'claims',
    'trustProxy',
    'signUp',
    'accessLog',
  ].map(flagOf),
  ...[
    'upstreamMaxAge',
    'upstreamNegativeMaxAge',
    'upstreamTimeout',
    'upstreamQuarantine',
    'upstreamAllow',
    'upstreamDeny',
    'tarballSizeMax',
    'publishesPerMinute',
  ].map(flagOf),
  ...['hexRepository', 'hexUpstream', 'hexUpstreamKey', 'hexUpstreamRepository'].map(flagOf),
]

function firstSentence(text: string): string {
  const end = text.indexOf('. ')
  return end < 0 ? text : text.slice(0, end)
}
