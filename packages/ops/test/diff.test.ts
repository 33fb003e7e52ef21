/** `alk diff` against a real registry, and against one that serves what no package may hold. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { diff, install, publish } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const MANY_LINES = Array.from({ length: 501 }, (_, line) => `old ${line}`).join('\n')

const versions = [
  {
    version: '1.0.0',
    files: {
      'index.js': 'one\ntwo\nthree\n',
      'gone.js': 'gone\n',
      'same.js': 'same\n',
      'lib/deep/same.js': 'same\n',
      'logo.bin': Buffer.from([0, 1]),
      'long.js': MANY_LINES,
    },
  },
  {
    version: '1.1.0',
    files: {
      'index.js': 'one\n2\nthree\n',
      'same.js': 'same\n',
      'lib/deep/same.js': 'same\n',
      'lib/deep/new.js': 'new\n',
      'logo.bin': Buffer.from([0, 1, 2]),
      'long.js': MANY_LINES.replaceAll('old', 'new'),
    },
  },
]

async function openPublished(): Promise<World> {
  const world = await openWorld({ flags: { claims: '@acme' } })
  const { registry, tree } = world
  const token = `//127.0.0.1:${registry.port}/:_authToken=${registry.token}\n`
  await tree.write({ 'home/.npmrc': `registry=${registry.url}\nfetch-retries=0\n${token}` })
  for (const { version, files } of versions) {
    const entries = Object.entries(files).map(([file, entry]) => [`${version}/${file}`, entry] as const)
    await tree.write({
      ...Object.fromEntries(entries),
      [`${version}/package.json`]: { json: { name: '@acme/left', version } },
    })
    await publish(world.at(`../${version}`), {})
  }
  return world
}

test('files that differ are told, package.json first, with a patch for texts that a person reads', async () => {
  await using world = await openPublished()
  const report = await diff(world.at('../home'), { package: '@acme/left', versions: ['1.0.0', 'latest'] })
  expect(report).toMatchObject({ name: '@acme/left', from: '1.0.0', to: '1.1.0', fromLocked: false })
  expect(report.files.map(({ path, change, withheld }) => `${change} ${path} ${withheld}`)).toEqual([
    'changed package.json null',
    'removed gone.js null',
    'changed index.js null',
    'added lib/deep/new.js null',
    'changed logo.bin binary',
    'changed long.js size',
  ])
  const patchOf = (path: string) => report.files.find((file) => file.path === path)?.patch
  expect(patchOf('index.js')).toBe('--- a/index.js\n+++ b/index.js\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n')
  expect(patchOf('lib/deep/new.js')).toBe('--- /dev/null\n+++ b/lib/deep/new.js\n@@ -0,0 +1 @@\n+new\n')
  expect(patchOf('gone.js')).toBe('--- a/gone.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n')
  expect(report.files[0]).toMatchObject({ linesAdded: 1, linesRemoved: 1 })
})

test('without versions it goes from the locked one to the latest, and names what is not there', async () => {
  await using world = await openPublished()
  const manifest = { json: { name: 'app', version: '1.0.0', dependencies: { '@acme/left': '1.0.0' } } }
  await world.tree.write({ 'project/package.json': manifest })
  expect(await wordsOf(diff(world.at(), { package: '@acme/left', versions: [] }))).toMatch(/^LOCKFILE_MISSING /)
  await install(world.at(), {})
  const both = { from: '1.0.0', to: '1.1.0', fromLocked: true }
  expect(await diff(world.at(), { package: '@acme/left', versions: [] })).toMatchObject(both)
  expect(await diff(world.at(), { package: '@acme/left@1.1', versions: [] })).toMatchObject(both)
  expect(await wordsOf(diff(world.at(), { package: 'lost', versions: [] }))).toMatch(/^PACKAGE_NOT_INSTALLED /)
  expect(await wordsOf(diff(world.at(), { package: '@acme/left', versions: ['9'] }))).toBe(
    'VERSION_NOT_FOUND @acme/left has no version 9\nhint: see its versions with `alk info @acme/left`',
  )
})

test('what a registry serves is read under the rules of the store', async () => {
  await using hostile = await hostileRegistry()
  await using world = await openWorld({ manifest: {} })
  const options = { package: 'trap', versions: ['1.0.0', '2.0.0'], registry: hostile.url }
  expect(await wordsOf(diff(world.at(), options))).toMatch(/^TARBALL_INVALID trap@2\.0\.0 .*\.\.\/\.\.\/escaped/)
})

/** Two versions, the second with a file that leaves the package. */
async function hostileRegistry(): Promise<AsyncDisposable & { readonly url: string }> {
  const manifest = (version: string) => tarEntry('package/package.json', JSON.stringify({ name: 'trap', version }))
  const tarballs: Readonly<Record<string, Buffer>> = {
    '1.0.0': tarball([manifest('1.0.0')]),
    '2.0.0': tarball([manifest('2.0.0'), tarEntry('package/../../escaped', 'out')]),
  }
  const server = createServer((request, response) => {
    const version = /trap-(.*)\.tgz$/.exec(request.url ?? '')?.[1]
    response.end(version === undefined ? JSON.stringify(packument()) : tarballs[version])
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
  const packument = () => ({
    name: 'trap',
    'dist-tags': { latest: '2.0.0' },
    versions: Object.fromEntries(
      Object.entries(tarballs).map(([version, bytes]) => {
        const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
        return [version, { name: 'trap', version, dist: { tarball: `${url}trap/-/trap-${version}.tgz`, integrity } }]
      }),
    ),
  })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function tarball(entries: readonly Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
}

/** A POSIX header and the padded content. */
function tarEntry(name: string, text: string): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(['000644 ', '000000 ', '000000 ', ''].join('\0'), 100)
  header.write(`${text.length.toString(8).padStart(11, '0')} `, 124)
  header.write('00000000000 ', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return Buffer.concat([header, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\0'))])
}
