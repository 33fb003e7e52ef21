import { parseVersion } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { closureVersions, parseClosure, revisionOf } from '../src/closure-document.ts'
import type { ClosureDocument } from '../src/closure-document.ts'

const FIRST = { closure: 2, tarballs: 'http://registry.example/' }
const NAME = { name: 'a', tags: { latest: '1.1.0', gone: '9.9.9' }, versions: '1.0.0 .1.0', young: { '1.1.0': 7 } }
const VERSION = {
  name: 'a',
  version: '1.0.0',
  manifest: { dependencies: { b: '^1' }, dist: { shasum: 'a'.repeat(40), unpackedSize: 3 } },
}

/** With a last line that is right, unless it is given. */
function bytesOf(lines: readonly (object | string)[], last?: object): Buffer {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
  const before = Buffer.from(text)
  const versions = lines.filter((line) => typeof line === 'object' && 'version' in line).length
  const packages = lines.length - 1 - versions
  return Buffer.concat([
    before,
    Buffer.from(`${JSON.stringify({ revision: revisionOf(before), packages, versions, ...last })}\n`),
  ])
}

function parsed(lines: readonly object[]): ClosureDocument {
  const closure = parseClosure(bytesOf(lines))
  if (closure.kind === 'unusable') throw new Error(closure.reason)
  return closure
}

describe('a closure', () => {
  test('says what the packument would, of what came with it', () => {
    const lacking: string[] = []
    const versions = closureVersions('a' as PackageName, parsed([FIRST, NAME, VERSION]), (name) => lacking.push(name))
    expect(versions).toMatchObject({
      name: 'a',
      distTags: { latest: '1.1.0' },
      versions: ['1.0.0', '1.1.0'],
      local: false,
    })
    expect(versions?.candidate(parseVersion('1.0.0'))).toMatchObject({
      dependencies: { b: '^1' },
      dist: { tarball: 'http://registry.example/a/-/a-1.0.0.tgz', unpackedSize: 3 },
    })
    expect([versions?.publishedAt(parseVersion('1.0.0')), versions?.publishedAt(parseVersion('1.1.0'))]).toEqual([
      undefined,
      7,
    ])
    // A version that is not listed is none; one whose manifest did not come is lacking.
    expect([versions?.candidate(parseVersion('3.0.0')), lacking]).toEqual([undefined, []])
    expect([versions?.candidate(parseVersion('1.1.0')), lacking]).toEqual([undefined, ['a']])
    expect(closureVersions('b' as PackageName, parsed([FIRST, NAME]), () => undefined)).toBeUndefined()
  })

  test('says nothing of what it could not find', () => {
    const closure = parsed([FIRST, NAME, { name: 'gone', missing: 'gone not found' }])
    expect([...closure.packages.keys()]).toEqual(['a'])
  })

  test('of a version without bytes or with a command that climbs is read as a packument is', () => {
    const manifest = { bin: { '../../sh': '../../../etc/passwd', ok: 'x.js' }, dist: { tarball: 'file:///etc/passwd' } }
    const harmless = { ...manifest, dist: { shasum: 'a'.repeat(40) } }
    const closure = parsed([
      FIRST,
      { ...NAME, young: {} },
      { ...VERSION, manifest },
      { ...VERSION, version: '1.1.0', manifest: harmless },
    ])
    const versions = closureVersions('a' as PackageName, closure, () => undefined)
    expect(versions?.candidate(parseVersion('1.0.0'))).toBeUndefined()
    expect(versions?.candidate(parseVersion('1.1.0'))?.bin).toEqual({ sh: 'etc/passwd', ok: 'x.js' })
  })
})

describe('what cannot be used is', () => {
  const twice = JSON.stringify(NAME)
  test.each<[string, readonly (object | string)[], string]>([
    ['another format', [{ ...FIRST, closure: 1 }], 'line 1: it is not a closure of format 2'],
    ['an address that is none', [{ ...FIRST, tarballs: 'file:///' }], 'line 1: its tarballs have no address'],
    ['a line that is no JSON', [FIRST, '{"name":'], 'line 2: it is not a JSON object'],
    ['a list', [FIRST, '[]'], 'line 2: it is not a JSON object'],
    [
      'a depth that overflows',
      [FIRST, `{"name":${'['.repeat(9000)}${']'.repeat(9000)}}`],
      'line 2: it is not a JSON object',
    ],
    ['a name that is none', [FIRST, { ...NAME, name: '../a' }], 'line 2: it has no name'],
    ['a name that reaches for prototypes', [FIRST, '{"__proto__":{"name":"a"}}'], 'line 2: it has no name'],
    ['a name twice', [FIRST, NAME, twice], 'line 3: a comes twice'],
    ['a name missing and there', [FIRST, { name: 'a', missing: 'x' }, NAME], 'line 3: a comes twice'],
    ['a version before its name', [FIRST, VERSION], 'line 2: a has not come yet'],
    ['a version of what is missing', [FIRST, { name: 'a', missing: 'x' }, VERSION], 'line 3: a has not come yet'],
    [
      'a version that is not listed',
      [FIRST, NAME, { ...VERSION, version: '1.0.1' }],
      'line 3: a does not list that version',
    ],
    ['a version that is none', [FIRST, NAME, { ...VERSION, version: 1 }], 'line 3: a does not list that version'],
    ['a version twice', [FIRST, NAME, VERSION, VERSION], 'line 4: a@1.0.0 comes twice'],
    ['a manifest that is none', [FIRST, NAME, { ...VERSION, manifest: [] }], 'line 3: a@1.0.0 has no manifest'],
    ['no versions', [FIRST, { name: 'a', tags: {} }], 'line 2: the versions of a are no list'],
    ['versions out of order', [FIRST, { ...NAME, versions: '2.0.0 1.0.0' }], 'line 2: the versions of a are no list'],
    [
      'a row that fills the memory',
      [FIRST, { ...NAME, versions: '1.0.0+999999' }],
      'line 2: the versions of a are no list',
    ],
    [
      'young versions that are not there',
      [FIRST, { ...NAME, young: { '7.0.0': 7 } }],
      'line 2: a is young in a version that it does not list',
    ],
    ['a time that is none', [FIRST, { ...NAME, young: { '1.1.0': 'soon' } }], 'line 2: a@1.1.0 has no time'],
    ['a time beyond all', [FIRST, { ...NAME, young: { '1.1.0': 1e300 } }], 'line 2: a@1.1.0 has no time'],
  ])('%s', (_what, lines, reason) => {
    expect(parseClosure(bytesOf(lines))).toEqual({ kind: 'unusable', reason })
  })

  test('rows that fill the memory together', () => {
    const many = Array.from({ length: 31 }, (_, index) => ({ name: `a${index}`, tags: {}, versions: '1.0.0+99998' }))
    expect(parseClosure(bytesOf([FIRST, ...many]))).toEqual({
      kind: 'unusable',
      reason: 'line 32: it lists over 3000000 versions',
    })
  })

  test('another hash, other counts, something behind the end', () => {
    const lines = [FIRST, NAME, VERSION]
    const reasons = [
      bytesOf(lines, { revision: 'x'.repeat(32) }),
      bytesOf(lines, { packages: 2 }),
      bytesOf(lines, { versions: '1' }),
      Buffer.concat([bytesOf(lines), Buffer.from('{}\n')]),
    ].map(parseClosure)
    expect(reasons.map((closure) => closure.kind === 'unusable' && closure.reason)).toEqual([
      'its revision is another than it says',
      'it has not as many packages and versions as it says',
      'it has not as many packages and versions as it says',
      'it goes on behind its last line',
    ])
  })

  test('one that was cut, wherever', () => {
    const whole = bytesOf([FIRST, NAME, VERSION])
    for (let length = 0; length < whole.length; length++) {
      expect(parseClosure(whole.subarray(0, length)).kind, `after ${length} bytes`).toBe('unusable')
    }
    expect(parseClosure(whole).kind).toBe('closure')
  })
})
