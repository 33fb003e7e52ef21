/**
 * A static server whose answers were compressed before: what a registry answered once, kept in memory, served without looking at anything but the
 * address and the form. What an install through it takes is what a registry cannot beat. Its program is given the registry's URL.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

type Kept = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

const [registry = ''] = process.argv.slice(2)
const kept = new Map<string, Promise<Kept>>()

const server = createServer((request, response) => void send(request, response).catch(() => response.destroy()))

async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '/' } = request
  const accept = request.headers.accept?.includes('install-v1') === true ? 'application/vnd.npm.install-v1+json' : '*/*'
  const key = `${accept} ${url}`
  const answer = kept.get(key) ?? fetchOnce(url, accept)
  kept.set(key, answer)
  const { status, headers, body } = await answer
  response.writeHead(status, headers)
  response.end(body)
}

async function fetchOnce(url: string, accept: string): Promise<Kept> {
  const answer = await fetch(new URL(url, registry), { headers: { accept, 'accept-encoding': 'identity' } })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const type = answer.headers.get('content-type') ?? 'application/octet-stream'
  if (!type.includes('json')) return { status: answer.status, headers: headersOf(type, bytes), body: bytes }
  const body = gzipSync(bytes.toString('utf8').replaceAll(registry, ownUrl()))
  return { status: answer.status, headers: { ...headersOf(type, body), 'content-encoding': 'gzip' }, body }
}

function headersOf(type: string, body: Buffer): Record<string, string> {
  return { 'content-type': type, 'content-length': String(body.length), 'cache-control': 'public, max-age=300' }
}

function ownUrl(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
