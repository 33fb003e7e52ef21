import { expect, test } from 'vitest'
import { faultyRegistry, startRegistry } from '../src/index.ts'

test('what has no fault is passed through, its addresses changed', async () => {
  await using registry = await startRegistry({ packages: 'a 1.0.0:' })
  await using faulty = await faultyRegistry({ upstream: registry.url })
  const document = JSON.parse(await (await fetch(`${faulty.url}a`)).text())
  expect(document.versions['1.0.0'].dist.tarball).toBe(`${faulty.url}a/-/a-1.0.0.tgz`)
  expect(faulty.requests).toEqual(['GET /a'])
})

test('a tarball is cut at the byte, or has one byte changed', async () => {
  await using registry = await startRegistry({ packages: 'a 1.0.0:\nb 1.0.0:' })
  const faults = { '/a/-/a-1.0.0.tgz': { kind: 'cut', after: 10 }, '*.tgz': { kind: 'wrong-bytes' } } as const
  await using faulty = await faultyRegistry({ upstream: registry.url, faults })
  const cut = await fetch(`${faulty.url}a/-/a-1.0.0.tgz`)
  await expect(cut.arrayBuffer()).rejects.toThrow('terminated')
  const wrong = new Uint8Array(await (await fetch(`${faulty.url}b/-/b-1.0.0.tgz`)).arrayBuffer())
  const right = new Uint8Array(await (await fetch(`${registry.url}b/-/b-1.0.0.tgz`)).arrayBuffer())
  expect(wrong.filter((byte, index) => byte !== right[index])).toHaveLength(1)
})

test('a list of faults is used up, one for each request', async () => {
  await using registry = await startRegistry({ packages: 'a 1.0.0:' })
  await using faulty = await faultyRegistry({
    upstream: registry.url,
    faults: { '/a': [{ kind: 'status', status: 503 }, { kind: 'nonsense' }] },
  })
  expect((await fetch(`${faulty.url}a`)).status).toBe(503)
  await expect((await fetch(`${faulty.url}a`)).json()).rejects.toThrow(SyntaxError)
  expect(await (await fetch(`${faulty.url}a`)).json()).toMatchObject({ name: 'a' })
})

test('a connection is closed without a byte, or left hanging until the registry closes', async () => {
  const faulty = await faultyRegistry({ faults: { '/closed': { kind: 'close' }, '*': { kind: 'hang' } } })
  await expect(fetch(`${faulty.url}closed`)).rejects.toThrow('fetch failed')
  const hanging = fetch(`${faulty.url}hanging`).catch((cause: unknown) => String(cause))
  while (!faulty.requests.includes('GET /hanging')) await new Promise((resolve) => setImmediate(resolve))
  await faulty.close()
  expect(await hanging).toBe('TypeError: fetch failed')
})
