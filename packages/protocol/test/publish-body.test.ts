import { describe, expect, test } from 'vitest'
import { packTarball, publishBody, readPublishBody } from '../src/index.ts'
import { inPieces } from './tarballs.ts'

const manifest = { name: '@s/a', version: '1.0.0', description: 'has "_attachments" and \\ in it' }
const packed = packTarball([
  { path: 'package.json', content: Buffer.from(JSON.stringify(manifest)) },
  { path: 'data', content: Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)) },
])
const body = publishBody({ manifest, packed, registry: 'http://127.0.0.1:4873', tag: 'next', access: 'restricted' })

async function read(text: string, size = 1 << 20) {
  const chunks: Buffer[] = []
  const document = await readPublishBody(
    inPieces(Buffer.from(text), size),
    (_file, bytes) => void chunks.push(Buffer.from(bytes)),
  )
  return { document, bytes: Buffer.concat(chunks) }
}

test('what the client builds the server reads, in pieces of every size', async () => {
  for (const size of [1, 2, 3, 100, 1 << 20]) {
    const { document, bytes } = await read(JSON.stringify(body), size)
    expect(bytes.equals(Buffer.from(packed.bytes))).toBe(true)
    expect(document).toMatchObject({
      name: '@s/a',
      distTags: { next: '1.0.0' },
      access: 'restricted',
      tarballs: [{ fileName: '@s/a-1.0.0.tgz', declaredLength: packed.bytes.length }],
      provenance: [],
    })
    expect(document.versions['1.0.0']).toMatchObject({ ...manifest, dist: { integrity: packed.integrity } })
  }
})

test('attachments first, as yarn 4 sends them', async () => {
  const { _attachments, ...rest } = body
  const { document, bytes } = await read(JSON.stringify({ _attachments, ...rest }))
  expect(bytes.equals(Buffer.from(packed.bytes))).toBe(true)
  expect(Object.keys(document.versions)).toEqual(['1.0.0'])
})

test('slashes may be escaped, and keys as well', async () => {
  const text = JSON.stringify(body).replace(
    /"data":"([^"]*)"/,
    (_all, data: string) => `"data":"${data.replaceAll('/', '\\/')}"`,
  )
  expect((await read(text)).bytes.equals(Buffer.from(packed.bytes))).toBe(true)
  expect(
    (await read(JSON.stringify(body).replace('"_attachments":{', '"\\u005fattachments":{'))).document.tarballs,
  ).toHaveLength(1)
})

test('a provenance bundle is kept as text', async () => {
  const bundle = {
    content_type: 'application/vnd.dev.sigstore.bundle+json;version=0.3',
    data: '{"a":"\\"b"}',
    length: 9,
  }
  const attachments = { ...(body._attachments as object), '@s/a-1.0.0.sigstore': bundle }
  const { document } = await read(JSON.stringify({ ...body, _attachments: attachments }))
  expect(document.provenance).toEqual([
    { fileName: '@s/a-1.0.0.sigstore', mediaType: bundle.content_type, data: bundle.data },
  ])
})

test('a body without attachments is a change to what is published', async () => {
  const { document, bytes } = await read(
    JSON.stringify({ name: 'a', _rev: '3-x', versions: { '1.0.0': { deprecated: 'old' } } }),
  )
  expect(bytes.length).toBe(0)
  expect(document).toMatchObject({
    name: 'a',
    revision: '3-x',
    tarballs: [],
    versions: { '1.0.0': { deprecated: 'old' } },
  })
})

describe('what is no publish is refused', () => {
  const attachment = { content_type: 'application/octet-stream', data: 'AAAA', length: 3 }
  const two = { 'a.tgz': attachment, 'b.tgz': attachment }
  test.each<[string, string, string]>([
    ['nothing', '', 'the body is not valid JSON: it is empty'],
    ['half of it', JSON.stringify(body).slice(0, -300), 'it ends too early'],
    ['a list', '[]', 'it is not a JSON object'],
    ['no name', '{}', 'its "name" is not a package name'],
    ['a hostile name', '{"name":"../a"}', 'its "name" is not a package name'],
    ['two tarballs', JSON.stringify({ name: 'a', _attachments: two }), 'it has more than one tarball'],
    [
      'data twice',
      '{"name":"a","_attachments":{"a.tgz":{"data":"AAAA","data":"BBBB"}}}',
      'it has more than one tarball',
    ],
    [
      'a tarball without data',
      '{"name":"a","_attachments":{"a.tgz":{}}}',
      'an attachment has no data, or more than one',
    ],
    ['no base64', '{"name":"a","_attachments":{"a.tgz":{"data":"%%%%"}}}', 'its tarball is not base64'],
    [
      'an unknown attachment',
      '{"name":"a","_attachments":{"a.exe":{"data":"AAAA"}}}',
      'its attachment "a.exe" is neither a tarball nor a provenance bundle',
    ],
    ['a version that is a text', '{"name":"a","versions":{"1.0.0":"x"}}', 'its version "1.0.0" is not an object'],
    ['a tag on nothing', '{"name":"a","dist-tags":{"latest":"newest"}}', 'a dist-tag does not name a version'],
    ['an unknown access', '{"name":"a","access":"secret"}', 'its "access" is neither "public" nor "restricted"'],
  ])('%s', async (_what, text, reason) => {
    await expect(read(text)).rejects.toThrow(`the body is not a publish: ${reason}`)
  })

  test('a document that is too large, however it is sent', async () => {
    const text = `{"name":"a","description":"${'x'.repeat(33 * 1024 * 1024)}"}`
    await expect(read(text)).rejects.toThrow('it is over 33554432 bytes without its tarball')
  })
})
