/** Idle connections that are kept alive: how many one process holds, and what each costs. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { BenchWorld } from '../registry.ts'
import type { Line } from './line.ts'
import { openFiles, ready, residentBytes, start, startRegistry } from './servers.ts'

const CONNECTIONS = 20_000

/** Files that the server has open beside its connections. */
const OTHER_FILES = 100

/** Each client program has a limit on its files too, and addresses have 28,000 ports. */
const CLIENTS = 4

export async function connections(world: BenchWorld): Promise<readonly Line[]> {
  const { folder, program, later } = world
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
  const count = Math.min(CONNECTIONS, Number.isNaN(limit) ? CONNECTIONS : limit - OTHER_FILES)
  const registry = later(await startRegistry({ program, folder, data: `${folder}/connections`, upstream: 'none' }))
  await fetch(`http://127.0.0.1:${registry.port}/-/ping`)
  const before = residentBytes(registry.pid)
  const client = path.join(import.meta.dirname, 'idle-connections.ts')
  const args = [client, String(registry.port), String(Math.ceil(count / CLIENTS))]
  await Promise.all(Array.from({ length: CLIENTS }, async () => later(await ready(start(args, folder)))))
  const held = openFiles(registry.pid)
  const bytes = (residentBytes(registry.pid) - before) / count
  const answers = await fetch(`http://127.0.0.1:${registry.port}/-/ready`)
  const row = 'connections'
  const why = count === CONNECTIONS ? '' : ` (this machine allows ${limit} files)`
  return [
    {
      row,
      what: 'held at once',
      value: `${held}${why}`,
      goal: { text: `${count}, and the server answers`, holds: held >= count && answers.ok },
    },
    { row, what: 'memory of each', value: `${(bytes / 1024).toFixed(1)} KiB` },
  ]
}
