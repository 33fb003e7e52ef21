import { gzipSync } from 'node:zlib'
import { generateKeyPairSync } from 'node:crypto'
import type { PackageName } from '@alkahest/core'
import { expect, onTestFinished, test } from 'vitest'
import type { DeriveRequest } from '../../src/services/derive-bytes.ts'
import { decodeStored } from '../../src/services/coding.ts'
import { Deriver } from '../../src/services/deriver.ts'

function deriver(): Deriver {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const made = new Deriver(key.export({ format: 'pem', type: 'pkcs8' }).toString())
  onTestFinished(() => made.close())
  return made
}

function request(body: string | Buffer, more: Partial<DeriveRequest> = {}): DeriveRequest {
  const hold = { publishedAfter: undefined, versions: [] }
  return {
    name: 'a' as PackageName,
    baseUrl: 'http://registry/',
    hold,
    body: Buffer.from(body),
    coding: undefined,
    keptSource: undefined,
    ...more,
  }
}

/** @param padding characters that make the document large */
function documentOf(padding: number): string {
  const dist = { tarball: 'http://upstream/a.tgz', integrity: `sha512-${'A'.repeat(86)}==` }
  return JSON.stringify({
    name: 'a',
    versions: { '1.0.0': { name: 'a', version: '1.0.0', dist } },
    readme: 'x'.repeat(padding),
  })
}

test('a large document is derived in a process of its own to what a small one is derived to here', async () => {
  const made = deriver()
  const small = await made.derive(request(documentOf(10)))
  const large = await made.derive(request(gzipSync(documentOf(1_000_000)), { coding: 'gzip' }))
  expect(large?.versions).toEqual(['1.0.0'])
  const [smallText, largeText] = [
    (await decodeStored(small!.abbreviated.bytes)).toString(),
    (await decodeStored(large!.abbreviated.bytes)).toString(),
  ]
  // But for the signature, which is another one each time.
  const unsigned = (text: string): string => text.replace(/"sig":"[^"]+"/, '')
  expect(unsigned(largeText)).toBe(unsigned(smallText))
})

test.each([10, 1_000_000])('with %d characters more: what is kept already is not derived again', async (padding) => {
  const made = deriver()
  const first = await made.derive(request(documentOf(padding)))
  const again = gzipSync(documentOf(padding))
  expect(await made.derive(request(again, { coding: 'gzip', keptSource: first!.source }))).toBeUndefined()
})

test('what is no document is an error in words, near and far', async () => {
  const made = deriver()
  await expect(made.derive(request('{}'))).rejects.toThrow('it has no "versions"')
  await expect(made.derive(request(`{"readme":"${'x'.repeat(1_000_000)}"}`))).rejects.toThrow('it has no "versions"')
  await expect(made.derive(request('no gzip', { coding: 'gzip' }))).rejects.toThrow('it is not gzip, though it says so')
  await expect(made.derive(request('{}', { coding: 'rot13' }))).rejects.toThrow(
    'its coding "rot13" is one that nobody asked for',
  )
  // And it goes on.
  expect((await made.derive(request(documentOf(1_000_000))))?.versions).toEqual(['1.0.0'])
})

test('a document that unpacks to more than any real one is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
  await expect(deriver().derive(request(bomb, { coding: 'gzip' }))).rejects.toThrow('it is over 134217728 bytes')
})
