import { createHash } from 'node:crypto'
import { packTarball, parseKeys, signatureMessage, verifySignature } from '@alkahest/protocol'
import { digestTree, startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, login, publish } from './registry-requests.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

function attachmentOf(bytes: Uint8Array) {
  return { content_type: 'application/octet-stream', data: Buffer.from(bytes).toString('base64'), length: bytes.length }
}

describe('a publish', () => {
  test('is visible at once, signed, with the manifest of its tarball', async () => {
    const { status, json } = await publish(registry, '@s/a 1.0.0: b ^1 bin:tool script:install', (body) => {
      body.versions['1.0.0'].dependencies = { evil: '*' }
      body.versions['1.0.0'].gitHead = 'abc'
    })
    expect([status, json]).toEqual([201, { ok: 'published @s/a', success: true }])
    const document = (await ask(`${registry.url}@s/a`)).json
    const manifest = document.versions['1.0.0']
    expect(manifest).toMatchObject({
      dependencies: { b: '^1' },
      gitHead: 'abc',
      hasInstallScript: true,
      _id: '@s/a@1.0.0',
    })
    expect(manifest.dist).toMatchObject({ fileCount: 3 })
    const [key] = parseKeys((await ask(`${registry.url}-/npm/v1/keys`)).json, 'keys')
    const message = signatureMessage('@s/a', '1.0.0', manifest.dist.integrity)
    expect(verifySignature(key!, message, manifest.dist.signatures[0])).toBe(true)
  })

  test('is repeated with the same bytes, and refused with others', async () => {
    expect((await publish(registry, 'again 1.0.0: b ^1')).status).toBe(201)
    expect((await publish(registry, 'again 1.0.0: b ^1')).status).toBe(201)
    const { status, json } = await publish(registry, 'again 1.0.0: b ^2')
    expect([status, json.error]).toEqual([409, 'You cannot publish over the previously published versions: 1.0.0.'])
    expect((await ask(`${registry.url}again/1.0.0`)).json.dependencies).toEqual({ b: '^1' })
  })

  test('of the same version 20 times at once has one winner, whose bytes are served', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publish(registry, `raced 1.0.0: dep-${index} ^1`)),
    )
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
    const winner = answers.findIndex(({ status }) => status === 201)
    const manifest = (await ask(`${registry.url}raced/1.0.0`)).json
    expect(manifest.dependencies).toEqual({ [`dep-${winner}`]: '^1' })
    const { bytes } = await ask(manifest.dist.tarball)
    expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(manifest.dist.integrity)
  })

  test('of 50 versions at once leaves all of them', async () => {
    const versions = Array.from({ length: 50 }, (_, index) => `1.0.${index}`)
    const answers = await Promise.all(versions.map((version) => publish(registry, `many ${version}:`)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const document = (await ask(`${registry.url}many`)).json
    expect(Object.keys(document.versions)).toEqual(versions)
    expect(Object.keys(document.time).length).toBe(52)
  })
})

describe('what is refused leaves nothing behind', () => {
  const other = packTarball([{ path: 'package.json', content: Buffer.from('{"name":"other","version":"1.0.0"}') }])
  const older = packTarball([{ path: 'package.json', content: Buffer.from('{"name":"bad","version":"0.9.0"}') }])
  const garbage = Buffer.from('this is no tarball')

  test.each<[string, (body: ReturnType<typeof JSON.parse>) => unknown, string]>([
    [
      'garbage',
      (body) => replaceTarball(body, garbage),
      'bad@1.0.0 is not a package: the archive is damaged (Unrecognized archive format)',
    ],
    [
      "another package's tarball",
      (body) => replaceTarball(body, other.bytes),
      'the package.json in the tarball is of "other", not of bad',
    ],
    [
      "another version's tarball",
      (body) => replaceTarball(body, older.bytes),
      'the package.json in the tarball has version "0.9.0", not 1.0.0',
    ],
    [
      'a wrong length',
      (body) => void (body._attachments['bad-1.0.0.tgz'].length = 5),
      'the tarball has <size> bytes, but the request says 5',
    ],
    [
      'a wrong integrity',
      (body) => void (body.versions['1.0.0'].dist.integrity = `sha512-${'A'.repeat(86)}==`),
      "the tarball's integrity is <sha512>, but the request says <sha512>",
    ],
    [
      'a wrong SHA-1',
      (body) => void (body.versions['1.0.0'].dist.shasum = '0'.repeat(40)),
      "the tarball's SHA-1 is <sha1>, but the request says <sha1>",
    ],
    ['two versions', (body) => void (body.versions['2.0.0'] = {}), 'a publish carries exactly one version'],
    ['no version', (body) => void (body.versions = {}), 'a publish carries exactly one version'],
    ['another name in the body', (body) => void (body.name = 'worse'), 'the request is for bad, its body for worse'],
    [
      'a tag that is a range',
      (body) => void (body['dist-tags'] = { '1.x': '1.0.0' }),
      '"1.x" is not a tag: it reads as a version or a range',
    ],
    ['a body that is a text', () => '"x"', 'the body is not a publish: it is not a JSON object'],
    [
      'a body that breaks off',
      () => '{"name":"bad","_attachments":{"a.tgz":{"data":"AAAA',
      'the body is not a publish: it ends too early',
    ],
  ])('%s', async (_what, change, message) => {
    const before = await digestTree(`${registry.data}/blobs`)
    const answer = await publish(registry, 'bad 1.0.0:', change)
    expect([answer.status, withoutHashes(answer.json.error)]).toEqual([400, message])
    expect((await ask(`${registry.url}bad`)).status).toBe(404)
    expect(await digestTree(`${registry.data}/blobs`)).toBe(before)
  })

  function replaceTarball(body: ReturnType<typeof JSON.parse>, bytes: Uint8Array) {
    body._attachments['bad-1.0.0.tgz'] = attachmentOf(bytes)
    body.versions['1.0.0'].dist = {}
  }

  function withoutHashes(text: string) {
    return text
      .replaceAll(/sha512-[\w+/=]+/g, '<sha512>')
      .replaceAll(/\b[0-9a-f]{40}\b/g, '<sha1>')
      .replace(/has \d+ bytes/, 'has <size> bytes')
  }

  test('a tarball over the limit', async () => {
    await using small = await startRegistry({ flags: { 'tarball-size-max': '100' } })
    const { status, json } = await publish(small, 'large 1.0.0:')
    expect([status, json.error]).toEqual([413, "the tarball is over 100 bytes, this registry's limit"])
  })

  test('without a login, and by someone else', async () => {
    await publish(registry, 'owned 1.0.0:')
    expect(await publish({ url: registry.url, token: '' }, 'owned 1.1.0:').then(({ status }) => status)).toBe(401)
    const { token } = (await login(registry, { name: 'mallory', password: 'secret' })).json
    const { status, json } = await publish({ url: registry.url, token }, 'owned 1.1.0:')
    expect([status, json.error]).toEqual([403, 'owned belongs to tester: only they may change it'])
  })
})

describe('changes', () => {
  async function documentOf(name: string) {
    return (await ask(`${registry.url}${name}?write=true`)).json
  }

  test('deprecation, and its end', async () => {
    await publish(registry, 'old 1.0.0:')
    const deprecate = async (message: string) => {
      const document = await documentOf('old')
      document.versions['1.0.0'].deprecated = message
      expect((await ask(`${registry.url}old`, { method: 'PUT', token: registry.token, body: document })).status).toBe(
        201,
      )
      return (await documentOf('old')).versions['1.0.0'].deprecated
    }
    expect(await deprecate('use new')).toBe('use new')
    expect(await deprecate('')).toBeUndefined()
  })

  test('a document that is no longer the newest is a conflict', async () => {
    await publish(registry, 'stale 1.0.0:')
    const document = await documentOf('stale')
    await publish(registry, 'stale 1.1.0:')
    document.versions['1.0.0'].deprecated = 'x'
    const { status, json } = await ask(`${registry.url}stale`, { method: 'PUT', token: registry.token, body: document })
    expect([status, json.error]).toEqual([409, 'conflict: the package changed meanwhile; try again'])
  })

  test('unpublished as npm does it: the number is never used again, latest moves', async () => {
    await publish(registry, 'gone 1.0.0:')
    await publish(registry, 'gone 1.1.0:')
    const document = await documentOf('gone')
    delete document.versions['1.1.0']
    const put = await ask(`${registry.url}gone/-rev/${document._rev}`, {
      method: 'PUT',
      token: registry.token,
      body: document,
    })
    expect(put.status).toBe(200)
    const { _rev } = await documentOf('gone')
    const removed = await ask(`${registry.url}gone/-/gone-1.1.0.tgz/-rev/${_rev}`, {
      method: 'DELETE',
      token: registry.token,
    })
    expect(removed.status).toBe(200)
    expect((await documentOf('gone'))['dist-tags']).toEqual({ latest: '1.0.0' })
    expect((await ask(`${registry.url}gone/-/gone-1.1.0.tgz`)).status).toBe(404)
    const again = await publish(registry, 'gone 1.1.0:')
    expect([again.status, again.json.error]).toEqual([
      409,
      "gone@1.1.0 was unpublished, and a version's number is never used again",
    ])
  })

  test('unpublished whole: the name stays ours', async () => {
    await publish(registry, 'whole 1.0.0:')
    const { _rev } = await documentOf('whole')
    expect((await ask(`${registry.url}whole/-rev/${_rev}`, { method: 'DELETE', token: registry.token })).status).toBe(
      200,
    )
    expect((await ask(`${registry.url}whole`)).status).toBe(404)
    expect((await publish(registry, 'whole 2.0.0:')).status).toBe(201)
  })

  test('dist-tags', async () => {
    await publish(registry, '@s/tagged 1.0.0:')
    const tags = `${registry.url}-/package/@s%2ftagged/dist-tags`
    const { token } = registry
    expect((await ask(`${tags}/next`, { method: 'PUT', token, body: '"1.0.0"' })).status).toBe(201)
    expect((await ask(tags)).json).toEqual({ latest: '1.0.0', next: '1.0.0' })
    expect((await ask(`${tags}/next`, { method: 'PUT', token, body: '"9.0.0"' })).json.error).toBe(
      '@s/tagged@9.0.0 not found',
    )
    expect((await ask(`${tags}/1.x`, { method: 'PUT', token, body: '"1.0.0"' })).status).toBe(400)
    expect((await ask(`${tags}/next`, { method: 'DELETE', token })).status).toBe(200)
    expect((await ask(`${tags}/latest`, { method: 'DELETE', token })).status).toBe(403)
    expect((await ask(tags)).json).toEqual({ latest: '1.0.0' })
  })

  test('owners', async () => {
    await publish(registry, 'shared 1.0.0:')
    const { token } = (await login(registry, { name: 'bob', password: 'secret' })).json
    const document = await documentOf('shared')
    const maintainers = [...document.maintainers, { name: 'bob', email: '' }]
    await ask(`${registry.url}shared/-rev/${document._rev}`, {
      method: 'PUT',
      token: registry.token,
      body: { _id: 'shared', _rev: document._rev, maintainers },
    })
    expect((await publish({ url: registry.url, token }, 'shared 1.1.0:')).status).toBe(201)
  })
})
