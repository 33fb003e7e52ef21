import { parsePackageName } from '@alkahest/core'
import type { JsonObject, Version } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import {
  abbreviateManifest,
  closeText,
  isOpenText,
  openText,
  parsePackument,
  renderAbbreviated,
  renderFull,
} from '../src/index.ts'

const name = parsePackageName('@s/a')
const place = 'the registry'
const dist = {
  integrity: `sha512-${'A'.repeat(86)}==`,
  shasum: 'a'.repeat(40),
  tarball: 'http://h/@s/a/-/a-1.0.0.tgz',
  unpackedSize: 10,
}

function candidateOf(fields: JsonObject) {
  const versions = { '1.0.0': { name, version: '1.0.0', dist, ...fields } }
  return parsePackument({ name, versions }, { place }).candidate('1.0.0' as Version)
}

describe('parsePackument', () => {
  test('versions ascend, tags name versions that exist, times are instants', () => {
    const packument = parsePackument(
      {
        name,
        'dist-tags': { latest: '2.0.0', gone: '9.0.0' },
        versions: { '10.0.0': { dist }, '2.0.0': { dist }, '2.0.0-rc.1': { dist }, nonsense: { dist } },
        time: { '2.0.0': '2025-10-02T01:44:30.071000+00:00' },
      },
      { place, name },
    )
    expect(packument.versions).toEqual(['2.0.0-rc.1', '2.0.0', '10.0.0'])
    expect(packument.distTags).toEqual({ latest: '2.0.0' })
    expect(packument.publishedAt('2.0.0' as Version)).toBe(Date.UTC(2025, 9, 2, 1, 44, 30, 71))
    expect(packument.publishedAt('10.0.0' as Version)).toBeUndefined()
    expect(packument.local).toBe(false)
  })

  test('a candidate holds what a solver and an installer need', () => {
    expect(
      candidateOf({
        dependencies: { b: '^1', o: '^2' },
        optionalDependencies: { o: '^2' },
        peerDependencies: { react: '^18' },
        peerDependenciesMeta: { react: { optional: true }, vite: { optional: true } },
        bundledDependencies: ['b'],
        engines: { node: '>=18' },
        bin: './cli.js',
        os: 'linux',
        cpu: ['x64'],
        scripts: { postinstall: 'x' },
        deprecated: 'old',
      }),
    ).toEqual({
      name,
      version: '1.0.0',
      dependencies: { b: '^1' },
      optionalDependencies: { o: '^2' },
      peerDependencies: { react: '^18', vite: '*' },
      optionalPeers: ['react', 'vite'],
      bundled: ['b'],
      engines: { node: '>=18' },
      bin: { a: 'cli.js' },
      os: ['linux'],
      cpu: ['x64'],
      libc: [],
      hasInstallScript: true,
      deprecated: 'old',
      dist: { integrity: dist.integrity, tarball: dist.tarball, unpackedSize: 10 },
    })
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['dependencies that are a list', { dependencies: ['b'] }, { dependencies: {} }],
    ['a dependency that is no text', { dependencies: { b: {}, c: '1' } }, { dependencies: { c: '1' } }],
    ['a dependency on a path', { dependencies: { '../b': '1' } }, { dependencies: {} }],
    ['engines as a list', { engines: ['node'] }, { engines: {} }],
    ['a bin that climbs', { bin: { '../x': '../../y' } }, { bin: { x: 'y' } }],
    ['a bin of nothing', { bin: { x: '' } }, { bin: {} }],
    ['deprecated as a truth', { deprecated: true }, { deprecated: 'this version is deprecated' }],
    ['deprecated as nothing', { deprecated: '' }, { deprecated: undefined } as unknown as JsonObject],
  ])('%s is read gently', (_what, fields, wanted) => {
    expect(candidateOf(fields)).toMatchObject(wanted)
  })

  test('without integrity the shasum counts; without a tarball it is no candidate', () => {
    const old = { shasum: 'ff'.repeat(20), tarball: dist.tarball }
    expect(candidateOf({ dist: old })?.dist.integrity).toBe(`sha1-${Buffer.from(old.shasum, 'hex').toString('base64')}`)
    expect(candidateOf({ dist: { ...dist, tarball: 'file:///etc/passwd' } })).toBeUndefined()
    expect(candidateOf({ dist: null })).toBeUndefined()
  })

  test.each<[unknown, string]>([
    [null, 'it has no "versions"'],
    [{ name }, 'it has no "versions"'],
    [{ versions: {} }, 'it has no "name"'],
    [{ name: 'b', versions: {} }, 'it is about "b", not @s/a'],
  ])('%j is no packument', (value, reason) => {
    expect(() => parsePackument(value, { place, name })).toThrow(
      `the registry is not a document about a package: ${reason}`,
    )
  })
})

describe('rendering', () => {
  const manifest: JsonObject = {
    name,
    version: '1.0.0',
    description: 'd',
    scripts: { install: 'x' },
    dist: { shasum: 'f', tarball: 'x' },
    main: 'm',
  }
  const row = {
    version: '1.0.0',
    full: openText(manifest),
    abbreviated: openText(abbreviateManifest(manifest)),
    publishedAt: '2026-01-02T03:04:05.678Z',
  }
  const parts = {
    name,
    createdAt: '2026-01-02T03:04:05.678Z',
    modifiedAt: '2026-01-02T03:04:05.000Z',
    distTags: { latest: '1.0.0' },
    versions: [row],
    baseUrl: 'http://h/npm/',
  }

  test('a row is complete but for its address', () => {
    expect(isOpenText(row.full)).toBe(true)
    expect(JSON.parse(closeText(row.full, 'http://h/"x"'))).toEqual({
      ...manifest,
      dist: { shasum: 'f', tarball: 'http://h/"x"' },
    })
  })

  test('the abbreviated form has times, the mark of a local package, and only what installs need', () => {
    expect(JSON.parse(renderAbbreviated(parts))).toEqual({
      name,
      modified: parts.modifiedAt,
      'dist-tags': { latest: '1.0.0' },
      time: { created: parts.createdAt, modified: parts.modifiedAt, '1.0.0': row.publishedAt },
      _alkahest: { local: true },
      versions: {
        '1.0.0': {
          name,
          version: '1.0.0',
          hasInstallScript: true,
          dist: { shasum: 'f', tarball: 'http://h/npm/@s/a/-/a-1.0.0.tgz' },
        },
      },
    })
    expect(parsePackument(JSON.parse(renderAbbreviated(parts)), { place }).local).toBe(true)
  })

  test('the full form adds what people read', () => {
    const full = JSON.parse(
      renderFull(parts, {
        revision: '1-x',
        maintainers: [{ name: 'alice', email: '' }],
        users: {},
        access: 'public',
        readme: '# a',
        readmeFilename: 'README.md',
        latest: manifest,
      }),
    )
    expect(full).toMatchObject({
      _id: name,
      _rev: '1-x',
      description: 'd',
      readme: '# a',
      maintainers: [{ name: 'alice' }],
      access: 'public',
    })
    expect(full.versions['1.0.0'].main).toBe('m')
  })
})
