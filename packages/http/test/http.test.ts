import { Buffer } from 'node:buffer'
import { gzipSync, brotliCompressSync, zstdCompressSync } from 'node:zlib'
import type { UserError } from '@alkahest/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../src/index.ts'
import type { Http, HttpOptions, HttpResponse, HttpRetry } from '../src/index.ts'
import { closedAddress, fixture, serve, serveProxy, serveRaw, serveSecure } from './servers.ts'

const GET = { purpose: 'get lodash' }

/** A client whose pauses take no time and are written down. */
function client(options: Partial<HttpOptions> = {}): { http: Http; pauses: number[]; told: HttpRetry[] } {
  const pauses: number[] = []
  const told: HttpRetry[] = []
  const http = createHttp({
    userAgent: 'alkahest/test',
    sleep: (milliseconds) => {
      pauses.push(milliseconds)
      return Promise.resolve()
    },
    onRetry: (retry) => told.push(retry),
    ...options,
  })
  onTestFinished(() => http.close())
  return { http, pauses, told }
}

async function readAll(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function failureOf(promise: Promise<unknown>): Promise<UserError> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as UserError,
  )
}

describe('asking and being answered', () => {
  test('status, headers and body come back as they are, also of a refusal', async () => {
    const { url } = await serve((_request, response) => response.writeHead(404, { 'x-a': 'b' }).end('{"error":"no"}'))
    const { http } = client()
    const answer = await http.fetch(`${url}/lodash`, GET)
    expect({ ...answer, body: answer.body.toString() }).toMatchObject({
      status: 404,
      headers: { 'x-a': 'b' },
      url: `${url}/lodash`,
      purpose: 'get lodash',
      body: '{"error":"no"}',
    })
  })

  test('who wants the body as it was sent gets it so, and counted so', async () => {
    const sent = gzipSync(Buffer.alloc(2000))
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(sent),
    )
    const answer = await client().http.fetch(url, { ...GET, decode: false, sizeMax: 1000 })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.body.equals(sent)).toBe(true)
  })

  test('method, body, headers and the name of the client travel', async () => {
    const { url, requests } = await serve((_request, response) => response.end())
    await client().http.fetch(url, { ...GET, method: 'PUT', body: 'é', headers: { 'content-type': 'text/plain' } })
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      body: 'é',
      headers: { 'content-length': '2', 'content-type': 'text/plain', 'user-agent': 'alkahest/test' },
    })
  })

  test('sequential requests share one connection; 100 at once open no more than socketsMax', async () => {
    const { url } = await serve((_request, response) => response.end('ok'))
    const one = client()
    for (let count = 0; count < 5; count++) await one.http.fetch(url, GET)
    expect(one.http.counts).toMatchObject({ requests: 5, connections: 1 })
    const many = client({ socketsMax: 8 })
    await Promise.all(Array.from({ length: 100 }, () => many.http.fetch(url, GET)))
    expect(many.http.counts.requests).toBe(100)
    expect(many.http.counts.connections).toBeLessThanOrEqual(8)
  })

  const text = 'alkahest '.repeat(1000)
  test.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('a body in %s is decoded, whole and streamed', async (coding, encoded) => {
    const { url, requests } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(encoded),
    )
    const { http } = client()
    expect((await http.fetch(url, GET)).body.toString()).toBe(text)
    expect(await readAll(await http.request(url, GET))).toBe(text)
    expect(requests[0]?.headers['accept-encoding']).toBe('zstd, br, gzip')
    expect(http.counts.connections).toBe(1)
  })
})

describe('redirects', () => {
  test('are followed, and keep the credentials at home', async () => {
    const there = await serve((_request, response) => response.end('bytes'))
    const here = await serve((request, response) => {
      const location = request.path === '/a' ? '/b' : `${there.url}/c`
      response.writeHead(302, { location }).end('moved')
    })
    const { http } = client()
    const headers = { authorization: 'Bearer secret', 'npm-otp': '123456', accept: 'x/y' }
    const answer = await http.fetch(`${here.url}/a`, { ...GET, headers })
    expect([answer.url, answer.body.toString()]).toEqual([`${there.url}/c`, 'bytes'])
    expect(here.requests.map((request) => request.headers.authorization)).toEqual(['Bearer secret', 'Bearer secret'])
    expect(there.requests[0]?.headers).toMatchObject({ accept: 'x/y' })
    expect(there.requests[0]?.headers.authorization).toBeUndefined()
    expect(there.requests[0]?.headers['npm-otp']).toBeUndefined()
    expect(http.counts).toEqual({ requests: 3, connections: 2, retries: 0, redirects: 2 })
  })

  test('in a circle end', async () => {
    const { url, requests } = await serve((_request, response) => response.writeHead(302, { location: '/a' }).end())
    const failure = await failureOf(client().http.fetch(`${url}/a`, { ...GET, redirectsMax: 3 }))
    expect([failure.code, failure.message]).toEqual([
      'REGISTRY_NONSENSE',
      `cannot get lodash: ${url} redirects more than 3 times`,
    ])
    expect(requests.length).toBe(4)
  })

  test('to what is no http address are refused', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    )
    const failure = await failureOf(client().http.fetch(url, GET))
    expect(failure.message).toBe(
      `cannot get lodash: ${url} redirects to "file:///etc/passwd", which is no http address`,
    )
  })

  test('of a write are followed only when method and body stay', async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.path === '/new') response.writeHead(201).end()
      else response.writeHead(request.path === '/kept' ? 308 : 301, { location: '/new' }).end()
    })
    const { http } = client()
    const put = { purpose: 'publish a', method: 'PUT', body: 'x' }
    expect((await http.fetch(`${url}/kept`, put)).status).toBe(201)
    expect(requests[1]).toMatchObject({ method: 'PUT', path: '/new', body: 'x' })
    const failure = await failureOf(http.fetch(`${url}/moved`, put))
    expect(failure.message).toBe(
      `cannot publish a: ${url} answers 301 and points to ${url}; write to that address instead`,
    )
  })
})

describe('trying again', () => {
  test.each([408, 420, 429, 500, 503])('%i passes', async (status) => {
    let asked = 0
    const { url } = await serve((_request, response) => {
      asked++
      response.writeHead(asked === 3 ? 200 : status).end('x')
    })
    const { http, pauses, told } = client()
    expect((await http.fetch(url, GET)).status).toBe(200)
    expect(pauses).toEqual([1000, 4000])
    expect(told[0]).toEqual({ url, purpose: 'get lodash', attempt: 1, delayMs: 1000, reason: `status ${status}` })
    expect(http.counts).toEqual({ requests: 3, connections: 1, retries: 2, redirects: 0 })
  })

  test('the last answer is the answer', async () => {
    const { url, requests } = await serve((_request, response) => response.writeHead(503).end('closed'))
    const answer = await client({ retries: 1 }).http.fetch(url, GET)
    expect([answer.status, answer.body.toString(), requests.length]).toEqual([503, 'closed', 2])
  })

  test.each([
    ['7', 7000],
    ['Sun, 22 Nov 2026 12:00:09 GMT', 9000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', 1000],
  ])('retry-after: %s is honoured', async (retryAfter, pause) => {
    let asked = 0
    const { url } = await serve((_request, response) => {
      asked++
      response.writeHead(asked === 1 ? 429 : 200, { 'retry-after': retryAfter }).end()
    })
    const { http, pauses } = client({ now: () => Date.UTC(2026, 10, 22, 12) })
    await http.fetch(url, GET)
    expect(pauses).toEqual([pause])
  })

  test('a server that wants an hour is not asked again', async () => {
    const { url, requests } = await serve((_request, response) =>
      response.writeHead(429, { 'retry-after': '3600' }).end(),
    )
    expect((await client().http.fetch(url, GET)).status).toBe(429)
    expect(requests.length).toBe(1)
  })

  test('a write that was sent is not repeated', async () => {
    const { url, requests } = await serve((_request, response) => response.writeHead(500).end())
    expect((await client().http.fetch(url, { purpose: 'publish a', method: 'PUT' })).status).toBe(500)
    expect(requests.length).toBe(1)
    const hangUp = await serveRaw((socket) => socket.destroy())
    const failure = await failureOf(client().http.fetch(hangUp.url, { purpose: 'publish a', method: 'PUT' }))
    expect(failure.message).toBe(`cannot publish a: ${hangUp.url} closed the connection without an answer`)
    expect(hangUp.connections()).toBe(1)
  })

  test('a write that never left is', async () => {
    const url = await closedAddress()
    const { http, pauses } = client()
    const failure = await failureOf(http.fetch(url, { purpose: 'publish a', method: 'PUT' }))
    expect(failure.code).toBe('REGISTRY_UNREACHABLE')
    expect(pauses).toEqual([1000, 4000])
  })

  test('a kept connection that the server closed meanwhile costs neither a pause nor an attempt', async () => {
    const { url } = await serveRaw((socket, count) => {
      if (count === 2) socket.destroy()
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
    const { http, pauses } = client({ retries: 0 })
    await http.fetch(url, GET)
    expect((await http.fetch(url, GET)).body.toString()).toBe('ok')
    expect(pauses).toEqual([])
    expect(http.counts).toEqual({ requests: 3, connections: 2, retries: 0, redirects: 0 })
  })
})

describe('a server that fails', () => {
  test('nothing listens', async () => {
    const url = await closedAddress()
    const failure = await failureOf(client().http.fetch(`${url}/lodash`, GET))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
      code: 'REGISTRY_UNREACHABLE',
      message: `cannot get lodash: ${url} refuses connections (ECONNREFUSED)`,
      hint: 'is the registry running? "registry" in .npmrc says where it is looked for',
    })
  })

  test('its name is unknown', async () => {
    const failure = await failureOf(client({ retries: 0 }).http.fetch('http://registry.invalid/lodash', GET))
    expect(failure.code).toBe('REGISTRY_UNREACHABLE')
    expect(failure.message).toMatch(
      /^cannot get lodash: the host of http:\/\/registry\.invalid has no known address \((?:ENOTFOUND|EAI_AGAIN)\)$/,
    )
  })

  test('it hangs before the headers', async () => {
    const { url, connections } = await serveRaw(() => undefined)
    const { http, pauses } = client({ idleTimeoutMs: 40 })
    const failure = await failureOf(http.fetch(url, GET))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
      code: 'REGISTRY_TIMEOUT',
      message: `cannot get lodash: ${url} sent nothing for 0.04 seconds`,
      hint: 'try again; a slow network is given more time with "fetch-timeout" (milliseconds) in .npmrc',
    })
    expect([pauses.length, connections()]).toEqual([2, 3])
  })

  test('it hangs in the middle of the body', async () => {
    const { url } = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
    const failure = await failureOf(client({ idleTimeoutMs: 40, retries: 0 }).http.fetch(url, GET))
    expect(failure.message).toBe(`cannot get lodash: ${url} sent nothing for 0.04 seconds`)
  })

  test('it cuts the body: asked again, then an error', async () => {
    const { url, connections } = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    )
    const failure = await failureOf(client().http.fetch(url, GET))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
      code: 'REGISTRY_NONSENSE',
      message: `cannot get lodash: ${url} broke off its answer after 4 of 100 bytes`,
      hint: 'check that the address is that of an npm registry, and what stands between it and this machine',
    })
    expect(connections()).toBe(3)
  })

  test('it cuts a chunked body', async () => {
    const { url } = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    )
    const failure = await failureOf(client({ retries: 0 }).http.fetch(url, GET))
    expect(failure.message).toBe(`cannot get lodash: ${url} broke off its answer after 4 bytes`)
  })

  test('it cuts a body that is read as a stream', async () => {
    const { url } = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
    const response = await client().http.request(url, GET)
    const chunks: string[] = []
    const failure = await failureOf(
      (async () => {
        for await (const chunk of response.body) chunks.push(Buffer.from(chunk).toString())
      })(),
    )
    expect([chunks, failure.message]).toEqual([
      ['half'],
      `cannot get lodash: ${url} broke off its answer after 4 of 100 bytes`,
    ])
  })

  test('it does not speak HTTP', async () => {
    const { url, connections } = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9\r\n'))
    const failure = await failureOf(client().http.fetch(url, GET))
    expect([failure.code, failure.message, connections()]).toEqual([
      'REGISTRY_NONSENSE',
      `cannot get lodash: ${url} does not speak HTTP`,
      1,
    ])
  })

  test('it says gzip and is not', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no'),
    )
    const whole = await failureOf(client().http.fetch(url, GET))
    expect(whole.message).toBe(`cannot get lodash: ${url} sends a body that is not gzip, though it says so`)
    const response = await client().http.request(url, GET)
    const streamed = await failureOf(readAll(response))
    expect([streamed.code, streamed.message]).toEqual([whole.code, whole.message])
  })

  test('it sends a coding that nobody knows', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'rot13' }).end('no'),
    )
    const failure = await failureOf(client().http.fetch(url, GET))
    expect(failure.message).toBe(`cannot get lodash: ${url} sends a body in the coding "rot13", which nobody asked for`)
  })

  test.each([
    ['plain', Buffer.alloc(2000), {}],
    ['a bomb', gzipSync(Buffer.alloc(2_000_000)), { 'content-encoding': 'gzip' }],
  ])('it sends too much: %s', async (_kind, body, headers) => {
    const { url } = await serve((_request, response) => response.writeHead(200, headers).end(body))
    const whole = await failureOf(client().http.fetch(url, { ...GET, sizeMax: 1000 }))
    expect([whole.code, whole.message]).toEqual([
      'REGISTRY_TOO_LARGE',
      `cannot get lodash: ${url} sends more than 1000 bytes`,
    ])
    const response = await client().http.request(url, { ...GET, sizeMax: 1000 })
    expect((await failureOf(readAll(response))).message).toBe(whole.message)
  })

  test('secrets in an address stay out of the error', async () => {
    const url = await closedAddress()
    const failure = await failureOf(client({ retries: 0 }).http.fetch(`${url}/-/user/token/npm_secret?a=secret`, GET))
    expect(JSON.stringify([failure.message, failure.hint])).not.toContain('secret')
  })
})

describe('certificates and proxies', () => {
  const through = (proxy: string | undefined, ca?: string) => ({
    connectionFor: () => ({ proxy, tls: ca === undefined ? undefined : { ca: [ca] } }),
  })

  test('a certificate of a named authority is trusted, another is not', async () => {
    const { url } = await serveSecure('secure')
    const trusting = client(through(undefined, fixture('authority.crt')))
    expect((await trusting.http.fetch(url, GET)).body.toString()).toBe('secure')
    const failure = await failureOf(client().http.fetch(url, GET))
    expect({ code: failure.code, message: failure.message, hint: failure.hint }).toEqual({
      code: 'REGISTRY_UNTRUSTED',
      message: `cannot get lodash: the certificate of ${url} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
      hint: 'name the authority that signed it with "cafile" in .npmrc or with NODE_EXTRA_CA_CERTS',
    })
  })

  test('"strict-ssl" false trusts anybody', async () => {
    const { url } = await serveSecure('secure')
    const { http } = client({ connectionFor: () => ({ proxy: undefined, tls: { rejectUnauthorized: false } }) })
    expect((await http.fetch(url, GET)).body.toString()).toBe('secure')
  })

  test('TLS to a server that speaks none', async () => {
    const { url } = await serve((_request, response) => response.end())
    const secure = url.replace('http:', 'https:')
    const failure = await failureOf(client().http.fetch(secure, GET))
    expect([failure.code, failure.message]).toEqual([
      'REGISTRY_NONSENSE',
      `cannot get lodash: ${secure} does not speak TLS`,
    ])
  })

  test('plain requests go through the proxy, its password with them', async () => {
    const proxy = await serveProxy(() => '')
    const { http } = client(through(proxy.url.replace('//', '//user:pass@')))
    expect((await http.fetch('http://registry.example/lodash', GET)).body.toString()).toBe('by proxy')
    expect(proxy.asked).toEqual(['GET http://registry.example/lodash Basic dXNlcjpwYXNz'])
  })

  test('secure requests go through a tunnel which is kept', async () => {
    const { url } = await serveSecure('secure')
    const proxy = await serveProxy(() => url)
    const { http } = client(through(proxy.url, fixture('authority.crt')))
    for (let count = 0; count < 3; count++) {
      expect((await http.fetch('https://registry.example/lodash', GET)).body.toString()).toBe('secure')
    }
    expect(proxy.asked).toEqual(['CONNECT registry.example:443'])
  })

  test('a proxy that is not there is named, without its password', async () => {
    const proxy = await closedAddress()
    const { http } = client({ ...through(proxy.replace('//', '//user:pass@')), retries: 0 })
    const failure = await failureOf(http.fetch('http://registry.example/lodash', GET))
    expect(failure.message).toBe(
      `cannot get lodash: http://registry.example through the proxy ${proxy} refuses connections (ECONNREFUSED)`,
    )
  })

  test('a proxy that opens no tunnel', async () => {
    const proxy = await serveRaw((socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
    const { http } = client({ ...through(proxy.url), retries: 0 })
    const failure = await failureOf(http.fetch('https://registry.example/lodash', GET))
    expect([failure.code, failure.message]).toEqual([
      'REGISTRY_UNREACHABLE',
      `cannot get lodash: https://registry.example through the proxy ${proxy.url} cannot be reached: it opens no tunnel (407 Proxy Authentication Required)`,
    ])
  })

  test.each(['24.4.1', '22.20.0'])('Node %s would go around the proxy, and is refused', async (nodeVersion) => {
    const proxy = await serveProxy(() => '')
    const { http } = client({ ...through(proxy.url), nodeVersion })
    const failure = await failureOf(http.fetch('http://registry.example/lodash', GET))
    expect([failure.code, failure.message]).toEqual([
      'NODE_TOO_OLD_FOR_PROXY',
      `a proxy is configured, which Node ${nodeVersion} cannot use`,
    ])
    expect(proxy.asked).toEqual([])
  })

  test('a proxy that hangs', async () => {
    const proxy = await serveRaw(() => undefined)
    const { http } = client({ ...through(proxy.url), retries: 0, connectTimeoutMs: 40 })
    const failure = await failureOf(http.fetch('https://registry.example/lodash', GET))
    expect([failure.code, failure.message]).toEqual([
      'REGISTRY_TIMEOUT',
      `cannot get lodash: https://registry.example through the proxy ${proxy.url} did not accept a connection within 0.04 seconds`,
    ])
  })
})

test('an abort ends the request', async () => {
  const { url } = await serveRaw(() => undefined)
  const controller = new AbortController()
  const asked = client().http.fetch(url, { ...GET, signal: controller.signal })
  setImmediate(() => controller.abort())
  expect((await failureOf(asked)).name).toBe('AbortError')
})

test('a response that is discarded or left early frees its slot', async () => {
  const { url } = await serve((_request, response) => response.end(Buffer.alloc(300_000)))
  const { http } = client({ socketsMax: 1 })
  ;(await http.request(url, GET)).discard()
  for await (const chunk of (await http.request(url, GET)).body) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect((await http.fetch(url, GET)).body.length).toBe(300_000)
})
