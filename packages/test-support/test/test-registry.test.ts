import { expect, test } from 'vitest'
import { startRegistry } from '../src/index.ts'

async function json(url: string, headers: Record<string, string> = {}) {
  return JSON.parse(await (await fetch(url, { headers })).text())
}

test('a universe of lines is served as packages', async () => {
  await using registry = await startRegistry({
    packages: `
      # a comment
      a 1.0.0: b ^1 c npm:d@~2 peer:react@^18 peer?:vite@* optional:x@1 dev:t@2 bin:tool engines:>=18
      a 1.1.0-rc.1: tag:next deprecated:too-old os:linux,darwin cpu:x64 libc:glibc script:postinstall at:2020-02-03
    `,
  })
  const document = await json(`${registry.url}a`, { accept: 'application/vnd.npm.install-v1+json' })
  expect(document['dist-tags']).toEqual({ latest: '1.0.0', next: '1.1.0-rc.1' })
  expect(document.versions['1.0.0']).toMatchObject({
    dependencies: { b: '^1', c: 'npm:d@~2' },
    peerDependencies: { react: '^18', vite: '*' },
    peerDependenciesMeta: { vite: { optional: true } },
    optionalDependencies: { x: '1' },
    devDependencies: { t: '2' },
    bin: { tool: './bin/tool.js' },
    engines: { node: '>=18' },
  })
  expect(document.versions['1.1.0-rc.1']).toMatchObject({
    deprecated: 'too old',
    os: ['linux', 'darwin'],
    cpu: ['x64'],
    libc: ['glibc'],
    hasInstallScript: true,
  })
  expect(document.time['1.1.0-rc.1']).toBe('2020-02-03T00:00:00.000Z')
})

test('the first version is latest, whatever its tag', async () => {
  await using registry = await startRegistry({ packages: 'a 1.0.0-rc.1: tag:next' })
  expect((await json(`${registry.url}a`))['dist-tags']).toEqual({ latest: '1.0.0-rc.1', next: '1.0.0-rc.1' })
})

test('requests tells what was asked, and of which package', async () => {
  await using registry = await startRegistry({ packages: '@s/a 1.0.0:' })
  const { dist } = (await json(`${registry.url}@s%2fa`)).versions['1.0.0']
  await (await fetch(dist.tarball)).arrayBuffer()
  const requests = await registry.requests()
  expect(requests.map(({ kind, name, version, status, source }) => ({ kind, name, version, status, source }))).toEqual([
    { kind: 'packument', name: '@s/a', version: undefined, status: 200, source: 'local' },
    { kind: 'tarball', name: '@s/a', version: '1.0.0', status: 200, source: 'local' },
  ])
})

test('a registry behind another one passes its packages on, without the mark of local ones', async () => {
  await using upstream = await startRegistry({ packages: 'a 1.0.0: at:2020-01-01' })
  await using proxy = await startRegistry({ upstream: upstream.url })
  const document = await json(`${proxy.url}a`)
  expect(document._alkahest).toBeUndefined()
  expect((await json(`${upstream.url}a`))._alkahest).toEqual({ local: true })
  expect(document.time['1.0.0']).toBe('2020-01-01T00:00:00.000Z')
  expect(document.versions['1.0.0'].dist.tarball).toBe(`${proxy.url}a/-/a-1.0.0.tgz`)
})

test('a line that cannot be read is named', async () => {
  await expect(startRegistry({ packages: 'a 1.0.0: b' })).rejects.toThrow('"b" needs a range behind it: a 1.0.0: b')
})
