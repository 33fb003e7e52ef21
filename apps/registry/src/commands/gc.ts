/** `alk registry gc`: removes the blobs that nothing refers to. */
import { collectGarbage, SPARED_AGE_MS } from '../services/garbage.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { withData } from './data.ts'

const HELP = `alk registry gc: remove blobs that nothing refers to

usage: alk registry gc [--data DIR] [--dry-run] [--json]

Interrupted publishes and replaced documents of the upstream leave such blobs. Those of the last hour are spared, so that the
registry may run meanwhile.

examples:
  alk registry gc --data /var/lib/alkahest --dry-run
`

export const gc: Command = {
  name: 'gc',
  summary: 'remove blobs that nothing refers to',
  help: HELP,
  values: dataOptions,
  switches: ['json', 'dry-run'],
  run,
}

async function run(call: Call): Promise<number> {
  const dryRun = call.switches.has('dry-run')
  const committedBefore = Date.now() - SPARED_AGE_MS
  const report = await withData(call, (data) => collectGarbage({ ...data, committedBefore, dryRun }))
  if (call.switches.has('json')) call.terminal.write(`${JSON.stringify({ ok: true, ...report })}\n`)
  else
    call.terminal.write(
      `${dryRun ? 'would remove' : 'removed'} ${report.removed} blobs, ${report.bytes} bytes; ${report.kept} are kept\n`,
    )
  return 0
}
