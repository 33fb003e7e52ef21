/**
 * Installs whose way to the registry is not the plain one: TLS by an authority of one's own, proxies, servers that fail for a while. `registry.example`
 * is a name that nobody has: only the proxy knows where it leads.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request as requestOf } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import path from 'node:path'
import { faultyRegistry, startRegistry } from '@alkahest/test-support'
import type { Fault, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

/** `server.crt` is for registry.example and 127.0.0.1, signed by the authority. */
const fixtures = path.resolve(import.meta.dirname, '../../http/test/fixtures')
const NAME = 'registry.example'
const manifest = { dependencies: { a: '^1.0.0' } }
const PACKAGES = 'a 1.0.0: b ^1.0.0\nb 1.0.0'

/** Everything that an install of `a` asks for. */
const REQUESTS = ['GET /a', 'GET /a/-/a-1.0.0.tgz', 'GET /b/-/b-1.0.0.tgz', 'POST /-/alkahest/closure']

interface Listening extends AsyncDisposable {
  readonly port: number
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Passes a request on to the registry of a test, which knows itself by another address. */
function forward(registry: TestRegistry, incoming: IncomingMessage, response: ServerResponse, asked: string): void {
  const { method, headers } = incoming
  const onward = requestOf({ host: '127.0.0.1', port: registry.port, path: asked, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy()) // the registry of the test has ended
  incoming.pipe(onward)
}

async function tlsFront(registry: TestRegistry): Promise<Listening> {
  const identity = {
    cert: readFileSync(path.join(fixtures, 'server.crt')),
    key: readFileSync(path.join(fixtures, 'server.key')),
  }
  return listen(
    createSecureServer(identity, (incoming, response) => forward(registry, incoming, response, incoming.url ?? '/')),
  )
}

type Proxy = Listening & { readonly asked: readonly string[] }

/** Says yes to the one password; `tunnelTo` is where every tunnel ends. */
async function startProxy(registry: TestRegistry, tunnelTo?: Listening): Promise<Proxy> {
  const asked: string[] = []
  const isAllowed = ({ headers }: IncomingMessage): boolean =>
    headers['proxy-authorization'] === `Basic ${Buffer.from('ada:secret').toString('base64')}`
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    if (!isAllowed(incoming)) response.writeHead(407).end()
    else forward(registry, incoming, response, new URL(incoming.url ?? '').pathname)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    if (!isAllowed(incoming) || tunnelTo === undefined) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const onward = connect(tunnelTo.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => undefined) // the other end hung up
  })
  return { ...(await listen(server)), asked }
}

async function openProject(registry: TestRegistry, npmrc: string): Promise<World> {
  return openWorld({ registry, manifest, files: { '.npmrc': npmrc } })
}

describe('a registry behind TLS', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ packages: PACKAGES, flags: { 'public-url': `https://${NAME}/` } })
  })
  afterAll(() => registry.close())

  it('whose authority only cafile knows is installed from, through the tunnel of a proxy with a password', async () => {
    await using front = await tlsFront(registry)
    await using proxy = await startProxy(registry, front)
    const npmrc = [
      `registry=https://${NAME}/`,
      `https-proxy=http://ada:secret@127.0.0.1:${proxy.port}`,
      `cafile=${fixtures}/authority.crt`,
    ].join('\n')
    await using world = await openProject(registry, npmrc)
    expect((await install(world.at(), {})).added.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${NAME}:443`]))
    expect(await world.asked()).toEqual(['-/alkahest/closure', 'a', 'a-1.0.0.tgz', 'b-1.0.0.tgz'])
  })

  it('is not trusted without it, and nothing is installed', async () => {
    await using front = await tlsFront(registry)
    await using world = await openProject(registry, `registry=https://127.0.0.1:${front.port}/\n`)
    const before = (await world.digests()).project
    expect(await wordsOf(install(world.at(), {}))).toBe(
      `REGISTRY_UNTRUSTED cannot get a: the certificate of https://127.0.0.1:${front.port} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)\n` +
        'hint: name the authority that signed it with "cafile" in .npmrc or with NODE_EXTRA_CA_CERTS',
    )
    expect((await world.digests()).project).toBe(before)
  })
})

describe('a proxy', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry({ packages: PACKAGES, flags: { 'public-url': `http://${NAME}/` } })
  })
  afterAll(() => registry.close())

  it('is asked for everything, and a second install asks it for nothing', async () => {
    await using proxy = await startProxy(registry)
    const npmrc = `registry=http://${NAME}/\nproxy=http://ada:secret@127.0.0.1:${proxy.port}\n`
    await using world = await openProject(registry, npmrc)
    await install(world.at(), {})
    expect(proxy.asked.toSorted()).toEqual(REQUESTS.map((asked) => asked.replace(' ', ` http://${NAME}`)))
    expect((await install(world.at(), {})).upToDate).toBe(true)
    expect(proxy.asked).toHaveLength(REQUESTS.length)
  })

  it('that refuses is told apart from a registry that refuses', async () => {
    await using proxy = await startProxy(registry)
    const npmrc = `registry=https://${NAME}/\nproxy=http://ada:wrong@127.0.0.1:${proxy.port}\n`
    await using world = await openProject(registry, npmrc)
    expect(await wordsOf(install(world.at(), {}))).toMatch(
      new RegExp(
        `^REGISTRY_UNREACHABLE cannot get a: https://${NAME} through the proxy http://127\\.0\\.0\\.1:${proxy.port} cannot be reached: it opens no tunnel \\(407 `,
      ),
    )
  })
})

describe('a registry that fails for a while', () => {
  const busy: Fault = { kind: 'status', status: 503 }

  it('is asked again, as often as .npmrc says, and the install is whole', async () => {
    await using registry = await startRegistry({ packages: PACKAGES })
    const faults = { '/a': [busy, { kind: 'close' }], '/b/-/b-1.0.0.tgz': [{ kind: 'cut', after: 20 }, busy] } as const
    await using faulty = await faultyRegistry({ upstream: registry.url, faults })
    const npmrc = `registry=${faulty.url}\nfetch-retries=2\nfetch-retry-mintimeout=1\nfetch-retry-maxtimeout=5\n`
    await using world = await openProject(registry, npmrc)
    await install(world.at(), {})
    expect(await world.installed('a')).toBe('a@1.0.0')
    const counts = Object.groupBy(faulty.requests, (request) => request)
    expect([counts['GET /a']?.length, counts['GET /b/-/b-1.0.0.tgz']?.length]).toEqual([3, 3])
    const notes = world.events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
    expect(notes).toEqual([expect.stringMatching(/trying again$/), expect.stringMatching(/trying again$/)])
  })

  it('and for longer than that is an error, and nothing is installed', async () => {
    await using registry = await startRegistry({ packages: PACKAGES })
    await using faulty = await faultyRegistry({ upstream: registry.url, faults: { '/b': [busy, busy, busy] } })
    const npmrc = `registry=${faulty.url}\nfetch-retries=1\nfetch-retry-mintimeout=1\nfetch-retry-maxtimeout=5\n`
    await using world = await openProject(registry, npmrc)
    expect(await wordsOf(install(world.at(), {}))).toMatch(/^REGISTRY_ERROR cannot get b: /)
    expect(faulty.requests.filter((request) => request === 'GET /b')).toHaveLength(2)
  })
})
