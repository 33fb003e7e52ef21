/** Publishes of 10 kB packages from 8 clients, durable, beside what the disk can do: 8 writers that write and sync files of that size. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { packTarball, publishBody } from '@alkahest/protocol'
import type { BenchWorld } from '../registry.ts'
import { atLeast } from './line.ts'
import type { Line } from './line.ts'
import { startRegistry } from './servers.ts'

export const CLIENTS = 8
const PACKAGE_SIZE = 10_000

export async function publishing(world: BenchWorld): Promise<readonly Line[]> {
  const { folder, program, later } = world
  const flags = ['--publishes-per-minute', '0', '--sign-up', 'open']
  const registry = later(
    await startRegistry({ program, folder, data: `${folder}/publishing`, upstream: 'none', flags }),
  )
  const url = `http://127.0.0.1:${registry.port}/`
  const token = await signUp(url)
  // The first seconds are the compiler's.
  await publishFor({ url, token, clients: CLIENTS, prefix: 'warm' }, world.milliseconds)
  const floorBefore = await syncFor(path.join(folder, 'floor'), world.milliseconds)
  const published = await publishFor({ url, token, clients: CLIENTS, prefix: 'measured' }, world.milliseconds * 2)
  const floor = (floorBefore + (await syncFor(path.join(folder, 'floor'), world.milliseconds))) / 2
  const ratio = published / floor
  const row = 'publish'
  return [
    { row, what: 'publishes', value: `${published.toFixed(0)} /s` },
    { row, what: 'fsync floor', value: `${floor.toFixed(0)} /s` },
    { row, what: 'of the floor', value: ratio.toFixed(2), goal: atLeast(ratio, 0.4) },
  ]
}

export async function signUp(url: string): Promise<string> {
  const body = { name: 'bench', password: 'secret', email: '' }
  const answer = await fetch(`${url}-/user/org.couchdb.user:bench`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await answer.json()) as { token: string }).token
}

export type Publishing = {
  readonly url: string
  readonly token: string
  readonly clients: number
  /** Of the packages' names: each client has one. */
  readonly prefix: string
}

/** Each client sends one version after the other; gives publishes a second. */
export async function publishFor({ url, token, clients, prefix }: Publishing, milliseconds: number): Promise<number> {
  const started = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let patch = 0; performance.now() - started < milliseconds; patch++) {
        const name = `${prefix}-${client}`
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
        const body = bodyOf(name, `1.0.${patch}`, url)
        const answer = await fetch(url + name, { method: 'PUT', headers, body })
        if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
        await answer.arrayBuffer()
        count++
      }
    }),
  )
  return (count * 1000) / (performance.now() - started)
}

function bodyOf(name: string, version: string, url: string): string {
  const manifest = { name, version }
  const packed = packTarball([
    { path: 'package.json', content: Buffer.from(JSON.stringify(manifest)) },
    { path: 'index.js', content: randomBytes(PACKAGE_SIZE) },
  ])
  return JSON.stringify(publishBody({ manifest, packed, registry: url, tag: 'latest' }))
}

/** Writes and syncs a second. */
async function syncFor(folder: string, milliseconds: number): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const bytes = randomBytes(PACKAGE_SIZE)
  const started = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, writer) => {
      for (let number = 0; performance.now() - started < milliseconds; number++) {
        const file = await open(path.join(folder, `${writer}-${number}`), 'w')
        await file.write(bytes)
        await file.sync()
        await file.close()
        count++
      }
    }),
  )
  return (count * 1000) / (performance.now() - started)
}
