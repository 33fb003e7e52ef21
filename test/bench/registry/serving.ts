/** What is asked for most: packuments, their 304s, tarballs; beside bare node:http and nginx, in turns. */
import { existsSync } from 'node:fs'
import { load } from '../load.ts'
import type { Measured, Target } from '../load.ts'
import type { BenchWorld } from '../registry.ts'
import { atLeast, atMost, median } from './line.ts'
import type { Line } from './line.ts'
import { accept, asServer, residentMiB, startBare, startNginx, startRegistry } from './servers.ts'
import type { Server } from './servers.ts'
import { startUpstream } from './upstream.ts'

type Question = {
  readonly name: string
  readonly status: number
  readonly unit: 'answers' | 'bytes'
  /** The least share of bare node:http's rate, and of nginx's. */
  readonly goals: { readonly bare: number; readonly nginx?: number }
  readonly of: (server: Server) => Pick<Target, 'path' | 'headers'>
}

export const questions: readonly Question[] = [
  {
    name: '200',
    status: 200,
    unit: 'answers',
    goals: { bare: 0.85, nginx: 0.7 },
    of: (server) => ({ path: server.packument, headers: accept }),
  },
  {
    name: '304',
    status: 304,
    unit: 'answers',
    goals: { bare: 0.8, nginx: 0.7 },
    of: (server) => ({ path: server.packument, headers: { ...accept, 'if-none-match': server.etag } }),
  },
  {
    name: 'tarball',
    status: 200,
    unit: 'bytes',
    goals: { bare: 0.6 },
    of: (server) => ({ path: server.tarball, headers: {} }),
  },
]

export async function serving(world: BenchWorld, wanted: ReadonlySet<string>): Promise<readonly Line[]> {
  const { folder, program, nginx, later } = world
  const upstream = later(await startUpstream())
  const registry = later(await startRegistry({ program, folder, data: `${folder}/serving`, upstream: upstream.url }))
  const ours = await asServer(registry, folder)
  const servers = [
    later(await startBare(folder)),
    ours,
    ...(existsSync(nginx) ? [later(await startNginx(folder, nginx))] : []),
  ]
  const lines: Line[] = []
  for (const question of questions.filter(({ name }) => wanted.has(name)))
    lines.push(...(await measure(servers, question, world)))
  if (servers.length < 3) lines.push({ row: 'serving', what: 'nginx', value: 'not on this machine' })
  const resident = residentMiB(registry.pid)
  lines.push({ row: 'serving', what: 'memory, MiB', value: resident.toFixed(0), goal: atMost(resident, 300) })
  return lines
}

async function measure(servers: readonly Server[], question: Question, world: BenchWorld): Promise<readonly Line[]> {
  const measured = new Map<Server, Measured[]>(servers.map((server) => [server, []]))
  for (let round = 0; round <= world.rounds; round++) {
    for (const server of servers) {
      const target = { port: server.port, pids: [server.pid], status: question.status, ...question.of(server) }
      const result = await load(target, world.milliseconds)
      // The first round warms.
      if (round > 0) measured.get(server)?.push(result)
    }
  }
  const of = (server: Server, value: (one: Measured) => number): number =>
    median((measured.get(server) ?? []).map(value))
  const rate = (server: Server): number =>
    of(server, (one) => (question.unit === 'bytes' ? one.bytes / 1e6 : one.requests) / one.seconds)
  const cpu = (server: Server): number => of(server, (one) => one.cpuMicroseconds)
  const [bare] = servers as [Server]
  return servers.flatMap((server): Line[] => {
    const unit = question.unit === 'bytes' ? 'MB/s' : '/s'
    const line = (what: string, value: string): Line => ({ row: question.name, what: `${server.name}: ${what}`, value })
    const shown = [
      line('rate', `${rate(server).toFixed(0)} ${unit}`),
      line('CPU of an answer', `${cpu(server).toFixed(0)} µs`),
    ]
    if (server === bare) return shown
    const ratio = rate(server) / rate(bare)
    const ofBare = line('rate, of bare', ratio.toFixed(2))
    const inCpu = line('rate in CPU time, of bare', (cpu(bare) / cpu(server)).toFixed(2))
    if (server.name !== 'alkahest') return [...shown, ofBare, inCpu]
    const other = servers[2]
    const ofNginx = other === undefined ? Number.NaN : rate(server) / rate(other)
    return [
      ...shown,
      { ...ofBare, goal: atLeast(ratio, question.goals.bare) },
      inCpu,
      ...(other === undefined || question.goals.nginx === undefined
        ? []
        : [{ ...line('rate, of nginx', ofNginx.toFixed(2)), goal: atLeast(ofNginx, question.goals.nginx) }]),
    ]
  })
}
