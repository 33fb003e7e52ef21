/**
 * `npm run bench:registry`: our registry, bundled as users run it, beside bare node:http, nginx (when this machine has it), Verdaccio and what the disk
 * can do; every ratio from one run, in turns. CPU time of the server for each answer stands beside the rates, since other work on the machine disturbs
 * it less. Nothing else should be running.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { writeRegistryProgram } from '../pack/registry-program.ts'
import { busy } from './registry/busy.ts'
import { connections } from './registry/connections.ts'
import { installs } from './registry/installs.ts'
import { large } from './registry/large.ts'
import { formatLines } from './registry/line.ts'
import type { Line } from './registry/line.ts'
import { publishing } from './registry/publishing.ts'
import { questions, serving } from './registry/serving.ts'

const servingRows = questions.map(({ name }) => name)
const rows = [...servingRows, 'publish', 'busy', 'connections', 'large', 'installs']

const USAGE = `Usage: npm run bench:registry -- [--only LIST] [--seconds N] [--rounds N] [--nginx FILE] [--json]
                                 [--clients LIST] [--tree NAME] [--data DIR]

  --only LIST     of ${rows.join(', ')} (all; installs alone takes minutes for each client)
  --seconds N     for each turn (2)
  --rounds N      counted turns of each; medians are shown (3)
  --nginx FILE    (/usr/sbin/nginx)
  --clients LIST  who installs: pnpm, bun, npm, yarn (pnpm,bun)
  --tree NAME     what they install: app (1,200 packages) or service (220) (app)
  --data DIR      our registry's data for the installs, kept for the next call
  --json          one document on stdout
`

/** What every row works with. */
export type BenchWorld = {
  /** For everything; absolute. */
  readonly folder: string
  /** The registry's bundled program. */
  readonly program: string
  readonly milliseconds: number
  readonly rounds: number
  readonly nginx: string
  readonly clients: ReadonlySet<string>
  readonly tree: string
  readonly data: string | undefined
  /** What is started ends with its row. */
  readonly later: <Started extends { readonly stop: () => Promise<void> }>(started: Started) => Started
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: rows.join(',') },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    nginx: { type: 'string', default: '/usr/sbin/nginx' },
    clients: { type: 'string', default: 'pnpm,bun' },
    tree: { type: 'string', default: 'app' },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) process.stdout.write(USAGE)
else await main()

async function main(): Promise<void> {
  const wanted = new Set(values.only.split(','))
  const unknown = [...wanted].find((name) => !rows.includes(name))
  if (unknown !== undefined) throw new Error(`--only has no ${unknown}; there are ${rows.join(', ')}`)
  const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-'))
  try {
    const program = await writeRegistryProgram(folder)
    const lines: Line[] = []
    const measure = async (row: (world: BenchWorld) => Promise<readonly Line[]>): Promise<void> => {
      const measured = await inWorld({ folder, program }, row)
      if (!values.json) process.stdout.write(formatLines(measured))
      lines.push(...measured)
    }
    if (servingRows.some((name) => wanted.has(name))) await measure((world) => serving(world, wanted))
    if (wanted.has('publish')) await measure(publishing)
    if (wanted.has('busy')) await measure(busy)
    if (wanted.has('connections')) await measure(connections)
    if (wanted.has('large')) await measure(large)
    if (wanted.has('installs')) await measure(installs)
    if (values.json) process.stdout.write(`${JSON.stringify({ lines })}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inWorld(
  { folder, program }: Pick<BenchWorld, 'folder' | 'program'>,
  row: (world: BenchWorld) => Promise<readonly Line[]>,
): Promise<readonly Line[]> {
  const stops: (() => Promise<void>)[] = []
  try {
    return await row({
      folder,
      program,
      milliseconds: Number(values.seconds) * 1000,
      rounds: Number(values.rounds),
      nginx: values.nginx,
      clients: new Set(values.clients.split(',')),
      tree: values.tree,
      data: values.data === undefined ? undefined : path.resolve(values.data),
      later: (started) => {
        stops.push(() => started.stop())
        return started
      },
    })
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}
