import { createHash, generateKeyPairSync } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseErlangTerms } from '../../src/hex/formats/erlang-terms.ts'
import { decodeTerm, encodeTerm } from '../../src/hex/formats/external-terms.ts'
import { HexFormatError } from '../../src/hex/formats/format-error.ts'
import { parseHexMetadata } from '../../src/hex/formats/hex-metadata.ts'
import { readHexTarball } from '../../src/hex/formats/hex-tarball.ts'
import { compareHexVersions, isHexRequirement, isHexVersion } from '../../src/hex/formats/hex-version.ts'
import { decodePackage, encodePackage } from '../../src/hex/formats/registry-messages.ts'
import { formatResource, parseResource } from '../../src/hex/formats/signed-resource.ts'
import { hexTarball, tar } from './hex-tarballs.ts'

const terms = (text: string | Uint8Array) => parseErlangTerms(Buffer.from(text as Uint8Array), 'm')
const metadata = (text: string) => parseHexMetadata(Buffer.from(text), 'm')
/** The sentence of a refusal; undefined when there was none. Anything else that is thrown fails the test. */
const failure = (work: () => unknown) => {
  try {
    return void work()
  } catch (cause) {
    if (cause instanceof HexFormatError) return cause.message
    throw cause
  }
}

/** A value or a refusal with a sentence; whatever else happens fails the test. */
const expectAnswer = (work: () => unknown) => {
  expect(failure(work) ?? 'a value').not.toBe('')
}

describe('Erlang terms as text', () => {
  test('have binaries, lists, tuples, atoms and numbers', () => {
    expect(terms(`{<<"k">>, [<<"a">>, <<>>, 'b c', -1, 1.5, true]}. % more\n{a}.`)).toEqual([
      { tuple: ['k', ['a', '', { atom: 'b c' }, -1, 1.5, { atom: 'true' }]] },
      { tuple: [{ atom: 'a' }] },
    ])
  })
  test('have binaries in every spelling', () => {
    const spellings = [
      '<<"é"/utf8>>',
      '<<"é">>',
      '<<"\\303\\251">>',
      '<<195,169>>',
      '<<"\\x{e9}"/utf8>>',
      '<<"\\xC3" "\\xA9">>',
    ]
    for (const spelling of spellings) expect([spelling, terms(`${spelling}.`)]).toEqual([spelling, ['é']])
    expect(terms('<<"a\\"b\\n\\\\">>.')).toEqual(['a"b\n\\'])
    expect(terms(Buffer.from('<<"\xe9">>.', 'latin1'))).toEqual(['é'])
  })
  test('are refused with their line', () => {
    expect(failure(() => terms('{a}.\n{<<"k">>'))).toBe('m cannot be read: line 2: "," was expected')
    expect(failure(() => terms('os:cmd("rm").'))).toBe('m cannot be read: line 1: "." was expected')
    expect(failure(() => terms('<<"a'))).toBe('m cannot be read: line 1: a quotation does not end')
    expect(failure(() => terms(`${'['.repeat(100)}.`))).toBe(
      'm cannot be read: line 1: it is nested deeper than 64 levels',
    )
    expect(failure(() => terms(`[${'a,'.repeat(250_000)}a].`))).toBe(
      'm cannot be read: line 1: it holds over 200000 terms',
    )
    expect(failure(() => terms('%'.repeat(1024 * 1024 + 1)))).toBe('m is over 1048576 bytes')
  })
  test('of any bytes are read or refused, and nothing else happens', () => {
    expect.hasAssertions()
    const piece = fc.constantFrom(
      '<<',
      '>>',
      '"',
      '[',
      ']',
      '{',
      '}',
      ',',
      '.',
      '\\x',
      "'",
      'a',
      '/utf8',
      '%',
      '\n',
      '12',
      '-',
      'é',
      '\\^',
    )
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => expectAnswer(() => terms(pieces.join('')))))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectAnswer(() => terms(bytes))))
  })
})

describe("Erlang's external terms", () => {
  test('are what Erlang writes', () => {
    // term_to_binary(#{<<"a">> => [1, nil, true, 1.5, -70000, <<"é"/utf8>>]})
    const bytes = '8374000000016d00000001616c00000006610164000 36e696c'.replace(' ', '')
    const rest = '640004747275654 63ff8000000000000'.replace(' ', '')
    const hex = `${bytes}${rest}62fffeee906d00000002c3a96a`
    const value = { a: [1, null, true, 1.5, -70_000, 'é'] }
    expect(decodeTerm(Buffer.from(hex, 'hex'))).toEqual(value)
    expect(encodeTerm(value).toString('hex')).toBe(hex)
    expect(decodeTerm(Buffer.from('83680277026f6b6b00020102', 'hex'))).toEqual(['ok', [1, 2]])
  })
  test('come back as they were', () => {
    const json = fc
      .jsonValue({ maxDepth: 6 })
      .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'x')))
    const finite = fc.property(json, (value) => {
      expect(decodeTerm(encodeTerm(value))).toEqual(value)
    })
    fc.assert(finite)
  })
  test('of any bytes are read or refused, and nothing else happens', () => {
    expect.hasAssertions()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        expectAnswer(() => decodeTerm(Buffer.from([131, ...bytes]))),
      ),
    )
    const tag = fc.constantFrom(70, 97, 98, 100, 104, 106, 107, 108, 109, 110, 115, 116, 118, 119, 0, 1, 2, 255)
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 60 }), (bytes) =>
        expectAnswer(() => decodeTerm(Buffer.from([131, ...bytes]))),
      ),
    )
  })
  test('with a count of billions are refused before anything is made', () => {
    const told = 'the Erlang term cannot be read: it ends too early'
    for (const hex of ['836cffffffff', '8374ffffffff', '836dffffffff', '8368ff'])
      expect(failure(() => decodeTerm(Buffer.from(hex, 'hex')))).toBe(told)
    expect(failure(() => decodeTerm(Buffer.from(`83${'6c00000001'.repeat(70)}6a`, 'hex')))).toMatch('deeper than 64')
    expect(failure(() => decodeTerm(Buffer.from('8350000000', 'hex')))).toMatch('a term of tag 80')
  })
})

describe('versions and requirements', () => {
  test('are stricter than those of npm', () => {
    expect(['1.2.3', '0.1.0-dev', '1.0.0-rc.1+build.5'].filter(isHexVersion)).toHaveLength(3)
    expect(
      ['1.2', 'v1.2.3', '01.2.3', '1.2.3-', ' 1.2.3', '1.2.3\n', '999999999999999.0.0'].filter(isHexVersion),
    ).toEqual([])
    expect(['1.10.0', '1.9.0', '2.0.0-rc.1', '1.0.0-dev', '1.0.0'].toSorted(compareHexVersions)).toEqual([
      '1.0.0-dev',
      '1.0.0',
      '1.9.0',
      '1.10.0',
      '2.0.0-rc.1',
    ])
  })
  test('follow the grammar of Elixir', () => {
    const right = ['1.2.3', '~> 1.2', '>=1.0.0', '>= 1.0.0 and < 2.0.0', '~> 1.0 or ~> 2.0-rc', '== 1.0.0']
    expect(right.filter((text) => !isHexRequirement(text))).toEqual([])
    const wrong = [
      '',
      '^1.2.3',
      '!= 1.0.0',
      '1.x',
      '*',
      '>= 1.0',
      '>= 1.0.0 & < 2.0.0',
      '~> 1',
      'and',
      '1.0.0 and',
      'x'.repeat(2000),
    ]
    expect(wrong.filter(isHexRequirement)).toEqual([])
  })
})

describe('metadata', () => {
  const head = '{<<"name">>,<<"bar">>}.{<<"version">>,<<"1.0.0">>}.'
  test('has requirements in the form of Mix and in that of rebar3', () => {
    const wanted = [{ name: 'foo', app: 'foo', optional: false, requirement: '~> 1.0', repository: 'acme' }]
    const mix =
      '[[{<<"app">>,<<"foo">>},{<<"name">>,<<"foo">>},{<<"optional">>,false},{<<"repository">>,<<"acme">>},{<<"requirement">>,<<"~> 1.0">>}]]'
    const rebar =
      '[{<<"foo">>,[{<<"app">>,<<"foo">>},{<<"optional">>,false},{<<"repository">>,<<"acme">>},{<<"requirement">>,<<"~> 1.0">>}]}]'
    for (const list of [mix, rebar])
      expect(metadata(`${head}{<<"requirements">>,${list}}.`).requirements).toEqual(wanted)
  })
  test('is refused with the key that is wrong', () => {
    const wrong: Record<string, string> = {
      '{<<"version">>,<<"1.0.0">>}.': 'name in m: it is missing',
      '{<<"name">>,<<"Bar">>}.{<<"version">>,<<"1.0.0">>}.':
        'name in m: "Bar" is not a name (letters a to z, digits, underscores)',
      '{<<"name">>,<<"bar">>}.{<<"version">>,<<"1.0">>}.': 'version in m: "1.0" is not a version',
      [`${head}{<<"links">>,[{<<"x">>,<<"javascript:alert(1)">>}]}.`]: 'links in m: "x" is no web address',
      [`${head}{<<"requirements">>,[{<<"foo">>,[{<<"requirement">>,<<"^1">>}]}]}.`]:
        'requirements in m: foo is required as "^1", which is not a requirement',
      [`${head}{<<"licenses">>,<<"MIT">>}.`]: 'licenses in m: it is not a list of texts',
    }
    for (const [text, told] of Object.entries(wrong)) expect(failure(() => metadata(text))).toBe(told)
  })
})

describe('a tarball', () => {
  const read = (bytes: Uint8Array) =>
    readHexTarball(bytes, 'bar').then(
      (tarball) => tarball,
      (cause: unknown) => (cause instanceof HexFormatError ? cause.message : Promise.reject(cause as Error)),
    )
  const bar = { name: 'bar', version: '1.0.0' }
  test('has both checksums, its metadata and its files', async () => {
    const bytes = hexTarball({
      ...bar,
      requirements: { foo: '~> 1.0' },
      files: { 'src/bar.erl': 'x', 'README.md': '# bar' },
    })
    expect(await read(bytes)).toMatchObject({
      metadata: { name: 'bar', requirements: [{ name: 'foo', requirement: '~> 1.0' }] },
      outerChecksum: createHash('sha256').update(bytes).digest('hex'),
      contents: { fileCount: 2, readme: { text: '# bar' } },
    })
  })
  test('is refused when a part is wrong', async () => {
    expect(await read(hexTarball({ ...bar, checksum: 'AB' }))).toMatch(
      /^bar is not a Hex package: its checksum is [0-9a-f]{64}, but it says "ab"$/,
    )
    expect(await read(hexTarball({ ...bar, format: '2' }))).toBe(
      'bar is not a Hex package: its format is "2", and only 3 is read',
    )
    expect(await read(hexTarball({ ...bar, surplus: [{ path: 'metadata.config', content: 'x' }] }))).toMatch(
      'over 4 entries',
    )
    expect(await read(tar([{ path: 'VERSION', content: '3' }]))).toBe('bar is not a Hex package: it holds no CHECKSUM')
    expect(await read(gzipSync(hexTarball(bar)))).toBe(
      'bar is not a Hex package: it is compressed, and a package is a plain tar',
    )
    expect(await read(Buffer.from('hello'))).toMatch('bar is not a Hex package')
  })
  test('is refused for what npm packages are refused for', async () => {
    const contents = (...files: Parameters<typeof tar>[0]) => hexTarball({ ...bar, contents: gzipSync(tar(files)) })
    const told = async (...files: Parameters<typeof tar>[0]) => await read(contents(...files))
    expect(await told({ path: '../x', content: '' })).toBe(
      'bar is not a Hex package: "../x": its path leaves the package',
    )
    expect(await told({ path: '/etc/x', content: '' })).toBe('bar is not a Hex package: "/etc/x": its path is absolute')
    expect(await told({ path: 'C:/x', content: '' })).toBe('bar is not a Hex package: "C:/x": its path names a drive')
    expect(await told({ path: 'a', content: '', type: '2', link: '../../etc' })).toMatch(
      'a link that leaves the package',
    )
    expect(await told({ path: 'a', content: '', type: '3' })).toMatch('it is a CharacterDevice')
    expect(await read(hexTarball({ ...bar, contents: tar([{ path: 'a', content: '' }]) }))).toMatch(
      'not compressed with gzip',
    )
    const bomb = gzipSync(tar([{ path: 'a', content: Buffer.alloc(129 * 1024 * 1024) }]))
    expect(await read(hexTarball({ ...bar, contents: bomb }))).toMatch('it unpacks to over 134217728 bytes')
    expect(
      typeof (await told({ path: 'lib/a', content: '' }, { path: 'lib/b', content: '', type: '2', link: 'a' })),
    ).toBe('object')
  })
})

describe('a record of the registry', () => {
  const message = {
    repository: 'acme',
    name: 'bar',
    releases: [
      {
        version: '1.0.0',
        innerChecksum: 'ab'.repeat(32),
        outerChecksum: 'cd'.repeat(32),
        dependencies: [{ package: 'foo', requirement: '~> 1.0', optional: true, app: 'foo_app', repository: 'hexpm' }],
        retirement: { reason: 'other', message: 'gone' },
        publishedAt: { seconds: 1_800_000_000, nanos: 0 },
        advisories: [0, 1],
      },
    ],
    advisories: [
      {
        id: 'A-1',
        summary: 'reads too far',
        htmlUrl: 'https://example.com/1',
        apiUrl: 'https://example.com/api/1',
        severity: 'high',
        score: 7.5,
        aliases: ['B-1', 'C-1'],
      },
      {
        id: 'A-2',
        summary: '',
        htmlUrl: '',
        apiUrl: '',
        severity: undefined,
        score: undefined,
        aliases: [],
      },
    ],
  } as const
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  test('comes back as it was, signed, the same bytes every time', () => {
    const bytes = formatResource(encodePackage(message), privateKey)
    expect(formatResource(encodePackage(message), privateKey).equals(bytes)).toBe(true)
    expect(decodePackage(parseResource(bytes, publicKey, 'r'))).toEqual(message)
  })
  test('is not believed with another signature or other bytes', () => {
    const bytes = formatResource(encodePackage(message), privateKey)
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    expect(failure(() => parseResource(bytes, other, 'r'))).toBe("r is not signed by the repository's key")
    const changed = Buffer.from(gunzipSync(bytes))
    changed[20] = (changed[20] ?? 0) ^ 1
    expect(failure(() => parseResource(gzipSync(changed), publicKey, 'r'))).toBe(
      "r is not signed by the repository's key",
    )
    expect(failure(() => parseResource(Buffer.from('x'), publicKey, 'r'))).toBe(
      'r cannot be read as a resource of a Hex repository',
    )
  })
})
