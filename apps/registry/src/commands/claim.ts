/** `alk registry claim`: makes names ours, so that the upstream is never asked about them. */
import { userError } from '@alkahest/core'
import { isClaim } from '../configuration.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { withIndex } from './data.ts'

const HELP = `alk registry claim: say that a name or a scope is published here

usage: alk registry claim NAME|@SCOPE... [--data DIR] [--json]
       alk registry claim --list

A claimed name never comes from the upstream, and may be published here although the upstream has it. A running registry
sees a new claim at once.

examples:
  alk registry claim @team --data /var/lib/alkahest
  alk registry claim left-pad
`

export const claim: Command = {
  name: 'claim',
  summary: 'say that a name or a scope is published here, never taken from the upstream',
  help: HELP,
  values: dataOptions,
  switches: ['json', 'list'],
  run,
}

async function run(call: Call): Promise<number> {
  const patterns = call.arguments
  const wrong = patterns.find((pattern) => !isClaim(pattern))
  if (wrong !== undefined) throw userError('USAGE', `${JSON.stringify(wrong)} is neither a package name nor an @scope`)
  if (patterns.length === 0 && !call.switches.has('list')) {
    throw userError('USAGE', 'alk registry claim needs a package name or an @scope')
  }
  const claims = await withIndex(call, async (index) => {
    for (const pattern of patterns) await index.claim(pattern.replace(/\/\*$/, ''), new Date().toISOString())
    return index.claims()
  })
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, claims })}\n`)
  else call.terminal.write(claims.map((pattern) => `${pattern}\n`).join(''))
  return 0
}
