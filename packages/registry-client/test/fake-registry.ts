/**
 * A registry of a few packages on 127.0.0.1 that keeps what it was asked and can misbehave on demand, and a client of
 * it with a home of its own. It answers by npm's protocol as far as the client speaks it and fails on anything else.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UserError } from '@alkahest/core'
import { createHttp } from '@alkahest/http'
import type { Http } from '@alkahest/http'
import { loadNpmConfig } from '@alkahest/npm-config'
import { expect, onTestFinished } from 'vitest'
import { openRegistryClient } from '../src/index.ts'
import type { RegistryClient, RegistryClientOptions } from '../src/index.ts'

export type Asked = {
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly body: any // oxlint-disable-line typescript/no-explicit-any -- looked into as it is
}

export type FakeRegistry = {
  readonly url: string
  readonly asked: Asked[]
  lines(): string[]
  /** Full documents by name; the short form and the validators follow from them. */
  readonly documents: Map<string, Record<string, unknown>>
  /** Answers instead of the rules; returns false to leave it to them. */
  answer: (line: string, response: ServerResponse, asked: Asked) => boolean
  /** What the documents are served with. */
  features: { abbreviated: boolean; times: boolean; etag: boolean; lastModified: boolean; cacheControl?: string }
}

export async function fakeRegistry(path = '/'): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const line = `${request.method} ${request.url}`
      const asked = { line, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) }
      registry.asked.push(asked)
      if (registry.answer(line, response, asked)) return
      serveDocument(registry, asked, response)
    })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const registry: FakeRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    asked: [],
    lines: () => registry.asked.map(({ line }) => line),
    documents: new Map(),
    answer: () => false,
    features: { abbreviated: true, times: false, etag: true, lastModified: false },
  }
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return registry
}

function serveDocument(registry: FakeRegistry, asked: Asked, response: ServerResponse): void {
  const path = new URL(registry.url).pathname
  const name = decodeURIComponent(asked.line.replace(/^GET /, '').replace('?write=true', '').slice(path.length))
  const document = registry.documents.get(name)
  if (!asked.line.startsWith('GET ') || document === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    return
  }
  const { features } = registry
  const isShort = features.abbreviated && String(asked.headers.accept).includes('install-v1')
  const { time, ...short } = document
  const text = JSON.stringify(isShort ? { ...short, ...(features.times ? { time } : {}) } : document)
  const etag = `"${createHash('sha1').update(text).digest('hex')}"`
  const modified = new Date(String(document.modified)).toUTCString()
  const headers = {
    'content-type': isShort ? 'application/vnd.npm.install-v1+json' : 'application/json',
    ...(features.etag ? { etag } : {}),
    ...(features.lastModified ? { 'last-modified': modified } : {}),
    ...(features.cacheControl === undefined ? {} : { 'cache-control': features.cacheControl }),
  }
  const isKnown =
    (features.etag && asked.headers['if-none-match'] === etag) ||
    (features.lastModified && asked.headers['if-modified-since'] === modified)
  if (isKnown) response.writeHead(304, headers).end()
  else response.writeHead(200, headers).end(text)
}

/** `pkg('a', { '1.0.0': { dependencies: {...} } })` with everything that a registry adds. */
export function packument(
  registry: FakeRegistry,
  name: string,
  versions: Record<string, Record<string, unknown>>,
): Record<string, unknown> {
  const numbers = Object.keys(versions)
  const times = Object.fromEntries(numbers.map((version, day) => [version, `2026-01-0${day + 1}T00:00:00.000Z`]))
  const modified = Object.values(times).at(-1) ?? '2026-01-01T00:00:00.000Z'
  const manifests = numbers.map((version) => {
    const file = `${name.replace(/^.*\//, '')}-${version}.tgz`
    const dist = { tarball: `${registry.url}${name}/-/${file}`, shasum: 'a'.repeat(40), unpackedSize: 7 }
    return [version, { name, version, dist, readme: 'long', ...versions[version] }]
  })
  const document = {
    name,
    modified,
    'dist-tags': { latest: numbers.at(-1) },
    versions: Object.fromEntries(manifests),
    time: { created: modified, modified, ...times },
  }
  registry.documents.set(name, document)
  return document
}

export type World = {
  readonly home: string
  readonly cacheDirectory: string
  /** Another process, as it were: the same disk, nothing remembered. */
  readonly open: (options?: Partial<RegistryClientOptions>) => Promise<RegistryClient & { readonly http: Http }>
  readonly pauses: number[]
}

/** A home with an .npmrc that names the registry; more lines may follow. */
export function homeFor(registry: Pick<FakeRegistry, 'url'>, ...lines: string[]): World {
  const home = mkdtempSync(join(tmpdir(), 'alkahest-client-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  writeFileSync(join(home, '.npmrc'), [`registry=${registry.url}`, ...lines].join('\n'))
  const pauses: number[] = []
  const sleep = (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds)
    return Promise.resolve()
  }
  const cacheDirectory = join(home, 'cache')
  const open: World['open'] = async (options = {}) => {
    const env = { HOME: home, npm_config_globalconfig: join(home, 'none') }
    const config = await loadNpmConfig({ cwd: join(home, 'project'), env })
    const http = createHttp({ userAgent: 'alkahest/test', sleep, ...config.http })
    onTestFinished(() => http.close())
    return { ...openRegistryClient({ config, http, cacheDirectory, sleep, ...options }), http }
  }
  return { home, cacheDirectory, open, pauses }
}

export async function failureOf(promise: Promise<unknown>): Promise<Pick<UserError, 'code' | 'message' | 'hint'>> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      const { code, message, hint } = error as UserError
      return { code, message, hint }
    },
  )
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = []
  for await (const chunk of chunks) read.push(chunk)
  return Buffer.concat(read).toString()
}
