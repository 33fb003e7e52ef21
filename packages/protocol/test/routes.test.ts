import { parsePackageName } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { canonicalPath, isServedName, preferredCoding, preferredForm, routes } from '../src/index.ts'

const scoped = parsePackageName('@s/a')

test('routes are relative, scopes encoded where clients encode them', () => {
  expect(routes.packument(scoped)).toBe('@s%2fa')
  expect(routes.tarball(scoped, '1.0.0')).toBe('@s/a/-/a-1.0.0.tgz')
  expect(routes.distTags(scoped, 'next')).toBe('-/package/@s%2fa/dist-tags/next')
  expect(routes.search({ text: 'a b', size: 5 })).toBe('-/v1/search?text=a+b&size=5')
})

test.each([
  ['a', true],
  ['JSONStream', true],
  ['-x', true],
  ['--hello', true],
  ['@s/_x', true],
  ['-', false],
  ['-/x', false],
  ['_x', false],
  ['@x', false],
  ['x@y', false],
  ['..', false],
])('whether %s can be served: %s', (name, served) => {
  expect(isServedName(name)).toBe(served)
})

test.each([
  ['/@s%2fa', '/@s/a'],
  ['/@s%2Fa', '/@s/a'],
  ['/%40s%2Fa/1.0.0', '/@s/a/1.0.0'],
  ['/@s/a', '/@s/a'],
  ['/@s//a?write=true', '/@s/a?write=true'],
  ['/-/package/@s%2fa/dist-tags?x=%2f', '/-/package/@s/a/dist-tags?x=%2f'],
  ['/a/%5E1.0.0', '/a/%5E1.0.0'],
])('%s is %s', (spelling, canonical) => {
  expect(canonicalPath(spelling)).toBe(canonical)
})

describe('paths that no client sends', () => {
  test.each([
    ['/../a', 'the path climbs'],
    ['/%2e%2e/a', 'the path climbs'],
    ['/a/%2E/b', 'the path climbs'],
    ['/a%252fb', 'the path is encoded twice'],
    ['/a%00b', 'the path holds a control character'],
    ['/a%0d%0ab', 'the path holds a control character'],
    ['/a%5cb', 'the path holds a backslash'],
    ['/%', 'the path is not valid percent-encoding'],
    [`/${'a'.repeat(3000)}`, 'the path is over 2048 characters'],
  ])('%s', (path, reason) => {
    expect(() => canonicalPath(path)).toThrow(`the request cannot be answered: ${reason}`)
  })
})

test.each([
  [undefined, 'full'],
  ['*/*', 'full'],
  ['application/json', 'full'],
  ['application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*', 'abbreviated'],
  ['application/vnd.npm.install-v1+json', 'abbreviated'],
  ['application/json, application/vnd.npm.install-v1+json; q=0.5', 'full'],
  ['application/vnd.npm.install-v1+json;q=0', 'full'],
])('accept %s asks for the %s form', (accept, form) => {
  expect(preferredForm(accept)).toBe(form)
})

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip,deflate', 'gzip'],
  ['zstd,gzip,deflate', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['br;q=0, gzip;q=0', 'identity'],
  ['*', 'gzip'],
  ['deflate', 'identity'],
])('accept-encoding %s gets %s', (header, coding) => {
  expect(preferredCoding(header)).toBe(coding)
})
