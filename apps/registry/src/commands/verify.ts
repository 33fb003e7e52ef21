/** `alk registry verify`: reads everything and says what is not as it should be. */
import { verify as verifyData } from '../services/verification.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { withData } from './data.ts'

const HELP = `alk registry verify: check every blob against its hash and every version against its blob

usage: alk registry verify [--data DIR] [--json]

Exits 1 when a published version is not whole. Damaged copies of the upstream's packages are named, but no failure: \`alk
registry gc\` removes what nothing refers to, and the registry fetches copies again.

examples:
  alk registry verify --data /var/lib/alkahest
`

export const verify: Command = {
  name: 'verify',
  summary: 'check every blob against its hash and every version against its blob',
  help: HELP,
  values: dataOptions,
  switches: ['json'],
  run,
}

async function run(call: Call): Promise<number> {
  const { terminal } = call
  const report = await withData(call, ({ index, blobs }) => verifyData(index, blobs))
  const ok = report.broken.length === 0
  if (call.switches.has('json')) terminal.write(`${JSON.stringify({ ok, ...report })}\n`)
  else {
    for (const line of [...report.broken, ...report.brokenCopies]) terminal.write(`${line}\n`)
    const sound = ok ? 'every published version is whole' : `${report.broken.length} published versions are not whole`
    terminal.write(
      `${report.references} references to ${report.blobs} blobs: ${sound}; ${report.unreferenced.length} blobs are unreferenced\n`,
    )
  }
  return ok ? 0 : 1
}
