import {
  asIntegrity,
  computeIntegrity,
  errorCodes,
  integrityHex,
  integrityOfShasum,
  invariant,
  isNewPackageName,
  isPackageName,
  memberId,
  memberPathOf,
  packageIdOf,
  parseJson,
  parsePackageName,
  parseVersion,
  platformAllows,
  scopeOf,
  unscopedName,
  verifyIntegrity,
} from '@alkahest/core'
import { describe, expect, test } from 'vitest'

describe('package names', () => {
  test.each(['a', '@s/a', 'JSONStream', 'a.b_c-d', '@S/A'])('%s is one', (name) => {
    expect(isPackageName(name)).toBe(true)
  })

  test.each([
    '',
    '.',
    '..',
    '../a',
    'a/b',
    '@s',
    '@s/',
    '@s/../a',
    '@s/.',
    'a\\b',
    'a\0b',
    ' a',
    'node_modules',
    'x'.repeat(300),
  ])('%j is none', (name) => {
    expect(isPackageName(name)).toBe(false)
  })

  test('old names may not be taken anew', () => {
    expect(isNewPackageName('JSONStream')).toBe(false)
    expect(isNewPackageName('left-pad')).toBe(true)
  })

  test('scope and rest', () => {
    expect(scopeOf(parsePackageName('@s/a'))).toBe('@s')
    expect(scopeOf(parsePackageName('a'))).toBeUndefined()
    expect(unscopedName(parsePackageName('@s/a'))).toBe('a')
    expect(unscopedName(parsePackageName('a'))).toBe('a')
  })
})

describe('integrity', () => {
  const bytes = new TextEncoder().encode('hello')
  const integrity = computeIntegrity(bytes)

  test('of bytes is their sha512', () => {
    expect(integrity).toBe(
      'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==',
    )
    expect(integrityHex(integrity).slice(0, 8)).toBe('9b71d224')
  })

  test('of other bytes is a mismatch that names what was checked', () => {
    expect(() => verifyIntegrity(new Uint8Array(1), integrity, 'a@1.0.0')).toThrow('a@1.0.0 is not what was promised')
    expect(() => verifyIntegrity(bytes, integrity, 'a@1.0.0')).not.toThrow()
  })

  test('keeps the strongest of several hashes and refuses texts that are none', () => {
    expect(asIntegrity(`sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00= ${integrity}`)).toBe(integrity)
    expect(asIntegrity('sha512-???')).toBeUndefined()
    expect(asIntegrity(5)).toBeUndefined()
    expect(integrityOfShasum('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d')).toBe('sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00=')
    expect(integrityOfShasum('short')).toBeUndefined()
  })
})

describe('platforms', () => {
  const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' }
  const fields = (os: string[], cpu: string[] = [], libc: string[] = []): Parameters<typeof platformAllows>[0] => ({
    os,
    cpu,
    libc,
  })

  test.each([
    [fields([]), true],
    [fields(['any']), true],
    [fields(['linux', 'darwin']), true],
    [fields(['darwin']), false],
    [fields(['!win32']), true],
    [fields(['!linux']), false],
    [fields(['linux'], ['arm64']), false],
    [fields(['linux'], ['x64'], ['musl']), false],
    [fields(['linux'], ['x64'], ['glibc']), true],
  ])('%j: %s', (one, expected) => {
    expect(platformAllows(one, linux)).toBe(expected)
  })

  test('an unknown libc is allowed on Linux and a wanted one elsewhere is not', () => {
    expect(platformAllows(fields([], [], ['musl']), { os: 'linux', cpu: 'x64', libc: undefined })).toBe(true)
    expect(platformAllows(fields([], [], ['musl']), { os: 'darwin', cpu: 'x64', libc: undefined })).toBe(false)
  })
})

describe('JSON', () => {
  test('keys that reach a prototype are left out, however they are written', () => {
    expect(parseJson('{"a":{"__proto__":{"x":1},"b":1}}', 'x.json')).toEqual({ a: { b: 1 } })
    const sneaky = parseJson('{"\\u005f_proto__":{"x":1}}', 'x.json')
    expect(Object.keys(sneaky as object)).toEqual([])
  })

  test('too deep and too long are refused', () => {
    expect(() => parseJson('['.repeat(300) + ']'.repeat(300), 'deep.json')).toThrow(
      'deep.json is nested deeper than 200 levels',
    )
    expect(() => parseJson('"aaaa"', 'long.json', { lengthMax: 3 })).toThrow('long.json is over 3 characters')
  })

  test('a byte order mark is allowed', () => {
    expect(parseJson('\uFEFF{}', 'x.json')).toEqual({})
  })
})

describe('identities', () => {
  const name = parsePackageName('left')
  const version = parseVersion('1.0.0')

  test.each([
    [{ kind: 'registry' } as const, 'left@1.0.0'],
    [{ kind: 'file', path: '../left.tgz' } as const, 'left@file:../left.tgz'],
    [{ kind: 'directory', path: 'vendor/left' } as const, 'left@link:vendor/left'],
    [{ kind: 'tarball', url: 'https://example.org/left.tgz' } as const, 'left@https://example.org/left.tgz'],
    [
      { kind: 'git', url: 'https://example.org/left.git', commit: 'c0ffee', folder: '/a' } as const,
      'left@git+https://example.org/left.git#c0ffee&path:/a',
    ],
  ])('%j is %s', (source, expected) => {
    expect(packageIdOf(name, version, source)).toBe(expected)
  })

  test('members are named by their path', () => {
    expect(memberId('packages/a')).toBe('workspace:packages/a')
    expect(memberPathOf(memberId('packages/a'))).toBe('packages/a')
    expect(memberPathOf(packageIdOf(name, version, { kind: 'registry' }))).toBeUndefined()
  })
})

test('error codes are in alphabetical order and say what to do', () => {
  const codes = Object.keys(errorCodes)
  expect(codes).toEqual(codes.toSorted())
  for (const { meaning, next } of Object.values(errorCodes))
    expect([meaning, next].every((text) => text.endsWith('.'))).toBe(true)
})

test('a broken invariant is a bug that names the law', () => {
  expect(() => invariant(false, 'water flows downhill')).toThrow('water flows downhill')
})
