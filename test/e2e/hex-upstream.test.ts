/** A Hex repository behind ours; the one behind is another instance of ourselves. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { startRegistry, tempTree } from '@alkahest/test-support'
import type { TempTree, TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { askHex, publishHex, readRecord } from './hex-requests.ts'
import { run, serve } from './registry-process.ts'

let tree: TempTree
let behind: TestRegistry
let gate: Gate
let clock = Date.now()

beforeAll(async () => {
  tree = await tempTree()
  behind = await startRegistry({ flags: { 'hex-repository': 'hexpm' } })
  await publishHex(behind, { name: 'jason', version: '1.4.0', requirements: { decimal: '~> 2.0' } })
  await publishHex(behind, { name: 'decimal', version: '2.0.0' })
  const { bytes } = await askHex(behind, 'repo/public_key')
  await writeFile(path.join(tree.path, 'hexpm.pem'), bytes)
  gate = await openGate(`${behind.url}repo/`)
})
afterAll(async () => {
  await gate.close()
  await behind.close()
  await tree[Symbol.asyncDispose]()
})
beforeEach(() => {
  clock += 1_000_000
  gate.reset()
})

/** Ours, in front of the gate. */
function front(flags: Readonly<Record<string, string>> = {}): Promise<TestRegistry> {
  const upstream = { 'hex-upstream': gate.url, 'hex-upstream-key': path.join(tree.path, 'hexpm.pem') }
  return startRegistry({ flags: { ...upstream, ...flags }, now: () => clock })
}

describe('what comes from an upstream', () => {
  test('is verified, signed again under our name, and fetched once however many ask', async () => {
    await using registry = await front()
    const records = await Promise.all(Array.from({ length: 10 }, () => readRecord(registry, 'repo/packages/jason')))
    for (const record of records)
      expect(record).toMatchObject({
        repository: 'alkahest',
        releases: [{ version: '1.4.0', dependencies: [{ package: 'decimal', repository: undefined }] }],
      })
    const tarballs = await Promise.all(
      Array.from({ length: 10 }, () => askHex(registry, 'repo/tarballs/jason-1.4.0.tar')),
    )
    const { bytes } = await askHex(behind, 'repo/tarballs/jason-1.4.0.tar')
    expect(tarballs.every((answer) => answer.status === 200 && answer.bytes.equals(bytes))).toBe(true)
    expect(gate.asked).toEqual(['/packages/jason', '/tarballs/jason-1.4.0.tar'])
  })

  test('is asked about again when it is old, and served while the upstream is gone', async () => {
    await using registry = await front()
    const first = await askHex(registry, 'repo/packages/decimal')
    clock += 400_000
    expect((await askHex(registry, 'repo/packages/decimal')).status).toBe(200)
    expect(gate.statuses).toEqual([200, 304])
    gate.fail = true
    clock += 400_000
    const stale = await askHex(registry, 'repo/packages/decimal')
    expect([stale.status, stale.headers.get('x-hex-message')]).toEqual([200, expect.stringContaining('level=warn')])
    expect(stale.headers.get('etag')).toBe(first.headers.get('etag'))
    expect((await askHex(registry, 'repo/packages/unheard')).status).toBe(502)
  })

  test('is missing for a while once it was missing', async () => {
    await using registry = await front()
    for (let time = 0; time < 3; time++) expect((await askHex(registry, 'repo/packages/nothing')).status).toBe(404)
    expect(gate.asked).toEqual(['/packages/nothing'])
    clock += 100_000
    expect((await askHex(registry, 'repo/packages/nothing')).status).toBe(404)
    expect(gate.asked).toHaveLength(2)
  })

  test('is not believed with another key, another name or other bytes', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    await writeFile(path.join(tree.path, 'other.pem'), other.export({ format: 'pem', type: 'spki' }))
    await using wrongKey = await front({ 'hex-upstream-key': path.join(tree.path, 'other.pem') })
    const unsigned = await askHex(wrongKey, 'repo/packages/jason')
    expect([unsigned.status, unsigned.value.message]).toEqual([
      502,
      "the upstream's record of jason is not signed by the repository's key",
    ])
    await using wrongName = await front({ 'hex-upstream-repository': 'other' })
    expect((await askHex(wrongName, 'repo/packages/jason')).value.message).toBe(
      "the upstream's record of jason is of jason in hexpm, not of jason in other",
    )
    await using registry = await front()
    gate.serveInstead = '/packages/decimal'
    expect((await askHex(registry, 'repo/packages/jason')).value.message).toBe(
      "the upstream's record of jason is of decimal in hexpm, not of jason in hexpm",
    )
  })

  test('whose tarball is other than promised is never served nor kept', async () => {
    await using registry = await front()
    expect((await askHex(registry, 'repo/packages/decimal')).status).toBe(200)
    gate.flip = true
    const tampered = await askHex(registry, 'repo/tarballs/decimal-2.0.0.tar')
    expect([tampered.status, tampered.value.message]).toEqual([
      502,
      expect.stringMatching(
        /^the upstream sent other bytes for decimal 2\.0\.0 than it promised: wanted SHA-256 [0-9a-f]{64}, found/,
      ),
    ])
    gate.flip = false
    expect((await askHex(registry, 'repo/tarballs/decimal-2.0.0.tar')).status).toBe(200)
  })
})

describe('the upstream', () => {
  test('takes a name back: it is gone at the next look, and its tarballs with it', async () => {
    await using registry = await front()
    expect((await askHex(registry, 'repo/tarballs/decimal-2.0.0.tar')).status).toBe(200)
    clock += 400_000
    gate.serveInstead = '/packages/nothing'
    expect(await readRecord(registry, 'repo/packages/decimal')).toBe(404)
    expect((await askHex(registry, 'repo/tarballs/decimal-2.0.0.tar')).status).toBe(404)
    gate.serveInstead = undefined
    clock += 400_000
    expect((await askHex(registry, 'repo/tarballs/decimal-2.0.0.tar')).status).toBe(200)
    // The copy was kept, and fits what is promised again.
    expect(gate.asked.filter((path) => path.startsWith('/tarballs/'))).toHaveLength(1)
  })

  test('is asked nothing for what was fetched before, also by a registry that was started anew', async () => {
    const flags = ['--data', 'kept', '--upstream', 'none', '--access-log', 'none']
    const args = [...flags, '--hex-upstream', gate.url, '--hex-upstream-key', 'hexpm.pem']
    {
      await using before = await serve(args, { cwd: tree.path })
      expect((await askHex(before.ready, 'repo/tarballs/jason-1.4.0.tar')).status).toBe(200)
    }
    gate.fail = true
    gate.asked = []
    await using after = await serve(args, { cwd: tree.path })
    expect((await askHex(after.ready, 'repo/packages/jason')).status).toBe(200)
    expect((await askHex(after.ready, 'repo/tarballs/jason-1.4.0.tar')).status).toBe(200)
    expect(gate.asked).toEqual([])
  })

  test('that fails again and again is left alone for a while', async () => {
    await using registry = await front()
    gate.fail = true
    for (let time = 0; time < 30; time++)
      expect((await askHex(registry, `repo/packages/failing_${time}`)).status).toBeGreaterThanOrEqual(502)
    expect(gate.asked.length).toBeLessThan(30)
  })

  test('leads nowhere else: a redirect to another host is refused', async () => {
    await using registry = await front()
    let asked = 0
    await using elsewhere = await listen(() => asked++)
    gate.redirect = elsewhere.url
    const answer = await askHex(registry, 'repo/packages/jason')
    expect([answer.status, answer.value.message, asked]).toEqual([
      502,
      expect.stringContaining('which is neither its own host nor one listed for it'),
      0,
    ])
  })

  test('gets the key that is configured for it, without a scheme, and nobody sees it', async () => {
    const config = path.join(tree.path, 'registry.json')
    await writeFile(config, JSON.stringify({ hexUpstreamToken: 'key-of-the-upstream' }))
    await using registry = await front({ config })
    const shown = await run(['check-config', '--config', config], { cwd: tree.path })
    expect(shown.stdout).toContain('hexUpstreamToken  "***"')
    expect((await askHex(registry, 'repo/tarballs/jason-1.4.0.tar')).status).toBe(200)
    expect(gate.authorizations).toEqual(['key-of-the-upstream', 'key-of-the-upstream'])
    expect(JSON.stringify(await registry.requests())).not.toContain('key-of-the-upstream')
  })

  test('is told of by the API, out of its record and its tarball', async () => {
    await using registry = await front()
    const told = (await askHex(registry, 'api/packages/jason')).value
    expect(told).toMatchObject({
      name: 'jason',
      repository: 'alkahest',
      meta: { description: 'the package jason', licenses: ['MIT'], links: { Home: 'https://example.com/jason' } },
      configs: { 'mix.exs': '{:jason, "~> 1.4", repo: "alkahest"}' },
      releases: [{ version: '1.4.0', has_docs: false }],
      owners: [],
      downloads: {},
    })
    expect((await askHex(registry, 'api/packages/jason/releases/1.4.0')).value).toMatchObject({
      requirements: { decimal: { requirement: '~> 2.0' } },
      meta: { app: 'jason', build_tools: ['rebar3'] },
      publisher: null,
      downloads: null,
    })
    expect((await askHex(registry, 'api/packages/nothing')).status).toBe(404)
    const { text } = await new Browser(registry.url).get('-/web/hex/jason')
    for (const shown of ['the package jason', 'an upstream', 'example.com/jason']) expect(text).toContain(shown)
    expect((await new Browser(registry.url).get('-/web/search?q=decimal')).text).toContain('in the Hex upstream')
  })

  test('cannot be changed from here', async () => {
    await using registry = await front()
    const retired = await askHex(registry, 'api/packages/jason/releases/1.4.0/retire', {
      method: 'POST',
      key: registry.token,
      body: { reason: 'security', message: 'x' },
    })
    expect(retired.status).toBe(404)
    expect(
      (await askHex(registry, 'api/packages/jason/releases/1.4.0', { method: 'DELETE', key: registry.token })).status,
    ).toBe(404)
  })
})

describe('a name that the upstream has', () => {
  test('cannot be published here unless it is claimed; then the upstream is not asked', async () => {
    await using registry = await front()
    const refused = await publishHex(registry, { name: 'jason', version: '9.0.0' })
    expect([refused.status, refused.value.message]).toEqual([
      403,
      'jason exists upstream, and a package here would take its place: to allow it, claim the name (alk registry claim hex:jason)',
    ])
    expect((await publishHex(registry, { name: 'ours', version: '1.0.0' })).status).toBe(201)
    gate.fail = true
    expect((await publishHex(registry, { name: 'unknown', version: '1.0.0' })).status).toBe(502)
    await using claiming = await front({ claims: 'hex:jason' })
    expect(await readRecord(claiming, 'repo/packages/jason')).toBe(404)
    expect((await publishHex(claiming, { name: 'jason', version: '9.0.0' })).status).toBe(201)
    expect(await readRecord(claiming, 'repo/packages/jason')).toMatchObject({ releases: [{ version: '9.0.0' }] })
    expect((await askHex(claiming, 'repo/tarballs/jason-1.4.0.tar')).status).toBe(404)
  })
})

type Gate = {
  readonly url: string
  asked: string[]
  statuses: number[]
  fail: boolean
  /** Turns a bit of every tarball. */
  flip: boolean
  serveInstead: string | undefined
  /** Where every request is sent on. */
  redirect: string | undefined
  authorizations: (string | undefined)[]
  reset(): void
  close(): Promise<void>
}

/** Stands between the two: counts, fails, and lies when it is told to. */
async function openGate(target: string): Promise<Gate> {
  const server = http.createServer((request, response) => {
    void (async () => {
      const url = request.url ?? '/'
      gate.asked.push(url)
      gate.authorizations.push(request.headers.authorization)
      if (gate.fail) return response.writeHead(503).end()
      if (gate.redirect !== undefined) return response.writeHead(302, { location: gate.redirect + url.slice(1) }).end()
      const etag = request.headers['if-none-match']
      const answer = await fetch(target.replace(/\/$/, '') + (gate.serveInstead ?? url), {
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      })
      gate.statuses.push(answer.status)
      const bytes = Buffer.from(await answer.arrayBuffer())
      if (gate.flip && url.startsWith('/tarballs/')) bytes[600] = (bytes[600] ?? 0) ^ 1
      const headers = { etag: answer.headers.get('etag') ?? '', 'content-type': 'application/octet-stream' }
      return response.writeHead(answer.status, headers).end(bytes)
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    statuses: [],
    fail: false,
    flip: false,
    serveInstead: undefined,
    redirect: undefined,
    authorizations: [],
    reset() {
      const nothing = { fail: false, flip: false, serveInstead: undefined, redirect: undefined }
      Object.assign(gate, { asked: [], statuses: [], authorizations: [], ...nothing })
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
  return gate
}

/** A server that nobody should ask. */
async function listen(onRequest: () => void): Promise<AsyncDisposable & { readonly url: string }> {
  const server = http.createServer((_request, response) => {
    onRequest()
    response.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}
