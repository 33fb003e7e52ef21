/** Twenty upgrades and twenty rollbacks under load, on every Node that is at hand, WebSockets and slow uploads among it. */
import { expect, test } from 'vitest'
import { proveRelease } from '../../packages/release/src/index.ts'
import { shop } from '../../packages/release/test/shop.ts'
import { makeWorld } from '../../packages/release/test/world.ts'
import { testedNodes } from './tested-nodes.ts'

const ROLLS = 40

/** Answers requests, reads uploads to their end, and greets WebSockets without a library. */
const MAIN = `
import { createHash } from 'node:crypto'
import http from 'node:http'
const server = http.createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end(JSON.stringify({ version: process.env.RELEASE_VSN })))
})
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n')
  socket.on('data', (frame) => { if ((frame[0] & 15) === 8) socket.end(Buffer.from([0x88, 0])) })
  socket.on('error', () => {})
})
server.listen(Number(process.env.PORT), process.env.HOST)
`

const [own] = testedNodes

test.each(testedNodes)(`${ROLLS} rolls under load on Node $version: no request is lost`, async (node) => {
  const input = { ...shop(MAIN, { configuration: { shop: { instances: 2 } } }) }
  await using one = await makeWorld(input)
  // Every roll swaps the runtime too when the two differ.
  await using two = await makeWorld({ ...input, node })
  const first = await one.release({ version: '1.0.0' })
  const second = await two.release({ version: '2.0.0' })
  const report = await proveRelease({
    tarballs: [first.tarball, second.tarball],
    rolls: ROLLS,
    windowMs: 200,
    webSocketPath: '/socket',
  })
  process.stdout.write(`${JSON.stringify({ from: own?.version, to: node.version, ...report })}\n`)
  expect(report.failed).toBe(0)
  for (const load of report.loads.filter(({ kind }) => kind !== 'websocket')) {
    expect(load.versions).toEqual(['1.0.0', '2.0.0'])
  }
})
