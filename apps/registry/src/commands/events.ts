/** `alk registry events`: the audit trail: every change that was ever made, in order, by whom and when. */
import { userError } from '@alkahest/core'
import type { IndexEvent } from '../ports/package-index.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { withIndex } from './data.ts'

const HELP = `alk registry events: every change that was made, in order

usage: alk registry events [--after NUMBER] [--json] [--data DIR]

One line for each publish, removal, tag, deprecation, change of owners or access, account, token and claim: its number, when, who, what, and
about what. \`operator\` is whoever ran a command on the registry's machine. Numbers have no gaps: whoever keeps a copy sees what is missing.

examples:
  alk registry events --data /var/lib/alkahest
  alk registry events --after 1200 --json
`

/** Read at once: a trail of years must not stand in memory as a whole. */
const PAGE_SIZE = 1000

export const events: Command = {
  name: 'events',
  summary: 'show every change that was made, by whom and when',
  help: HELP,
  values: [...dataOptions, 'after'],
  switches: ['json'],
  run,
}

async function run(call: Call): Promise<number> {
  const { flags, switches, terminal } = call
  const after = flags.after ?? '0'
  if (!/^\d{1,15}$/.test(after)) throw userError('USAGE', `--after is ${JSON.stringify(after)}, which is not a number`)
  const format = switches.has('json') ? (event: IndexEvent) => JSON.stringify(event) : formatEvent
  await withIndex(call, async (index) => {
    let last = Number(after)
    for (;;) {
      const page = await index.events(last, PAGE_SIZE)
      terminal.write(page.map((event) => `${format(event)}\n`).join(''))
      last = page.at(-1)?.number ?? last
      if (page.length < PAGE_SIZE) return
    }
  })
  return 0
}

function formatEvent({ number, at, actor, kind, subject, detail }: IndexEvent): string {
  const rest = Object.keys(detail).length === 0 ? '' : `  ${JSON.stringify(detail)}`
  return `${number}  ${at}  ${actor}  ${kind}  ${subject}${rest}`
}
