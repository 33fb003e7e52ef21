/** How long packuments take while everything else happens at once: publishes, refreshes of a document of twenty megabytes, a backup. */
import type { BenchWorld } from '../registry.ts'
import { atMost, percentile } from './line.ts'
import type { Line } from './line.ts'
import { publishFor, signUp } from './publishing.ts'
import { accept, registryCommand, startRegistry } from './servers.ts'
import { startUpstream } from './upstream.ts'

const PROBE_EVERY_MS = 5
const PUBLISHERS = 2

/** In seconds; a document that is asked for again after it is refreshed. */
const MAX_AGE = 1

export async function busy(world: BenchWorld): Promise<readonly Line[]> {
  const { folder, program, later } = world
  const upstream = later(await startUpstream())
  const data = `${folder}/busy`
  const flags = ['--publishes-per-minute', '0', '--sign-up', 'open', '--upstream-max-age', `${MAX_AGE}`]
  const registry = later(
    await startRegistry({ program, folder, data, upstream: upstream.url, flags: [...flags, '--claims', '@bench'] }),
  )
  const url = `http://127.0.0.1:${registry.port}/`
  const token = await signUp(url)
  for (const name of ['react', 'huge']) await (await fetch(url + name, { headers: accept })).arrayBuffer()
  await publishFor({ url, token, clients: PUBLISHERS, prefix: '@bench/warm' }, world.milliseconds)
  // What the loop was delayed by until now counts as well: the first lines are read after it.
  await loopDelayMs(url)
  const milliseconds = world.milliseconds * 5
  const until = performance.now() + milliseconds
  const counts = { refreshes: 0, backups: 0 }
  const [latencies, publishes] = await Promise.all([
    probe(`${url}react`, until),
    publishFor({ url, token, clients: PUBLISHERS, prefix: '@bench/busy' }, milliseconds),
    repeat(until, async () => {
      await (await fetch(`${url}huge`, { headers: accept })).arrayBuffer()
      counts.refreshes++
      await new Promise((resolve) => setTimeout(resolve, MAX_AGE * 1000))
    }),
    repeat(until, async () => {
      await registryCommand(program, ['backup', `${folder}/backup`, '--data', data], folder)
      counts.backups++
    }),
  ])
  const row = 'busy'
  const p99 = percentile(latencies, 0.99)
  const delay = await loopDelayMs(url)
  return [
    {
      row,
      what: 'meanwhile',
      value: `${publishes.toFixed(0)} publishes/s, ${counts.refreshes} refreshes, ${counts.backups} backups`,
    },
    { row, what: 'packument, p50', value: `${percentile(latencies, 0.5).toFixed(1)} ms` },
    { row, what: 'packument, p99', value: `${p99.toFixed(1)} ms`, goal: atMost(p99, 20, ' ms') },
    { row, what: "the loop's delay, p99", value: `${delay.toFixed(1)} ms`, goal: atMost(delay, 50, ' ms') },
  ]
}

/** One question after the other, each at its time: a late answer does not put off the next question. */
async function probe(url: string, until: number): Promise<readonly number[]> {
  const latencies: number[] = []
  const waiting: Promise<void>[] = []
  while (performance.now() < until) {
    waiting.push(ask(url, latencies))
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))
  }
  await Promise.all(waiting)
  return latencies
}

async function ask(url: string, latencies: number[]): Promise<void> {
  const asked = performance.now()
  const answer = await fetch(url, { headers: accept })
  await answer.arrayBuffer()
  latencies.push(performance.now() - asked)
}

async function repeat(until: number, work: () => Promise<void>): Promise<void> {
  while (performance.now() < until) await work()
}

async function loopDelayMs(url: string): Promise<number> {
  const text = await (await fetch(`${url}-/metrics`)).text()
  return Number(/^alkahest_registry_loop_delay_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1000
}
