import { expect, test } from 'vitest'
import { isOwnPath, linksAt } from '../../src/web/links.ts'

test('addresses begin with the path of the public URL', () => {
  const links = linksAt('/npm/')
  expect([
    links.home,
    links.search('a b&c', { page: 2 }),
    links.package({ ecosystem: 'npm', name: '@s/p', version: '1.0.0-x+y', tab: 'versions' }),
    links.login('/-/web/confirm/x'),
    links.own('/-/web/tokens'),
  ]).toEqual([
    '/npm/',
    '/npm/-/web/search?q=a+b%26c&page=2',
    '/npm/-/web/npm/@s/p/v/1.0.0-x%2By?tab=versions',
    '/npm/-/web/login?next=%2F-%2Fweb%2Fconfirm%2Fx',
    '/npm/-/web/tokens',
  ])
})

test.each([
  ['/-/web/tokens', true],
  ['/-/web/npm/@s/p/v/1.0.0?tab=versions', true],
  ['/', false],
  ['/-/web', false],
  ['//evil.example/', false],
  ['/-/web//evil.example', false],
  ['/-/web/\\evil.example', false],
  ['/-/web/../../evil', false],
  ['/-/web/%2e%2e/x', false],
  ['https://evil.example/-/web/', false],
  ['/-/web/x\r\nset-cookie: a=b', false],
  ['/-/web/x y', false],
  [`/-/web/${'x'.repeat(1000)}`, false],
])('a path to go on to: %j is ours: %j', (path, own) => {
  expect(isOwnPath(path)).toBe(own)
})
