/** A registry with 10,000 packages and 100,000 versions: its start, its memory, its search. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Integrity, PackageName, Version } from '@alkahest/core'
import { openSqlIndex } from '../../../apps/registry/src/index/sql-index.ts'
import { openSqlite } from '../../../apps/registry/src/index/sqlite-database.ts'
import type { BenchWorld } from '../registry.ts'
import { atMost, median, percentile } from './line.ts'
import type { Line } from './line.ts'
import { residentMiB, startRegistry } from './servers.ts'

const PACKAGES = 10_000
const VERSIONS_EACH = 10

const words = 'parser server stream router schema logger cache queue client test build style graph date color'.split(
  ' ',
)

export async function large(world: BenchWorld): Promise<readonly Line[]> {
  const { folder, program, later } = world
  const data = path.join(folder, 'large')
  mkdirSync(data)
  await fill(path.join(data, 'index.sqlite'))
  const starts: number[] = []
  for (let round = 0; round < world.rounds; round++) {
    const began = performance.now()
    const running = await startRegistry({ program, folder, data, upstream: 'none' })
    starts.push(performance.now() - began)
    await running.stop()
  }
  const registry = later(await startRegistry({ program, folder, data, upstream: 'none' }))
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const idle = residentMiB(registry.pid)
  const searches = await search(`http://127.0.0.1:${registry.port}/`)
  const row = 'large'
  const start = median(starts)
  const p99 = percentile(searches, 0.99)
  return [
    { row, what: 'ready', value: `${start.toFixed(0)} ms`, goal: atMost(start, 1000, ' ms') },
    { row, what: 'idle memory, MiB', value: idle.toFixed(0), goal: atMost(idle, 120) },
    { row, what: 'search, p50', value: `${median(searches).toFixed(1)} ms` },
    { row, what: 'search, p99', value: `${p99.toFixed(1)} ms`, goal: atMost(p99, 50, ' ms') },
  ]
}

async function fill(file: string): Promise<void> {
  const index = await openSqlIndex(openSqlite(file))
  for (let number = 0; number < PACKAGES; number++) {
    const name = `${words[number % words.length]}-${words[(number * 7) % words.length]}-${number}` as PackageName
    await Promise.all(Array.from({ length: VERSIONS_EACH }, (_, minor) => index.publish(publicationOf(name, minor))))
  }
  await index.close()
}

function publicationOf(
  name: PackageName,
  minor: number,
): Parameters<Awaited<ReturnType<typeof openSqlIndex>>['publish']>[0] {
  const version = `1.${minor}.0` as Version
  const manifest = JSON.stringify({
    name,
    version,
    description: `A ${name}`,
    license: 'MIT',
    dependencies: { a: '^1' },
  })
  return {
    name,
    version,
    full: manifest,
    abbreviated: manifest,
    tarball: { integrity: `sha512-${'A'.repeat(86)}==` as Integrity, size: 1000 },
    tags: ['latest'],
    access: 'public',
    readme: { path: 'README.md', text: `# ${name}\n`.repeat(20) },
    provenance: undefined,
    search: { description: `A ${name.replaceAll('-', ' ')} that does what such things do`, keywords: name.split('-') },
    by: 'bench',
    administrator: true,
    at: new Date(Date.UTC(2026, 0, 1 + minor)).toISOString(),
  }
}

async function search(url: string): Promise<readonly number[]> {
  const times: number[] = []
  const texts = [
    ...words,
    ...words.map((word, index) => `${word} ${words[(index * 7) % words.length]}`),
    'such things',
    'nothing-at-all',
  ]
  for (let round = 0; round < 4; round++) {
    for (const text of texts) {
      const asked = performance.now()
      const answer = await fetch(`${url}-/v1/search?text=${encodeURIComponent(text)}&size=20`)
      await answer.arrayBuffer()
      // The first round warms.
      if (round > 0) times.push(performance.now() - asked)
    }
  }
  return times
}
