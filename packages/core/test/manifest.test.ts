import { parseManifest } from '@alkahest/core'
import { describe, expect, test } from 'vitest'

describe('a manifest', () => {
  test('of nothing at all is one', () => {
    expect(parseManifest({}, 'package.json')).toMatchObject({
      name: undefined,
      version: undefined,
      dependencies: {},
      policy: { single: false, peers: 'new', layout: 'isolated' },
    })
  })

  test('optional wins over regular, regular over development', () => {
    const { dependencies, devDependencies, optionalDependencies } = parseManifest(
      {
        dependencies: { a: '1', b: '1' },
        devDependencies: { a: '2', c: '2', d: '2' },
        optionalDependencies: { b: '3', d: '3' },
      },
      'package.json',
    )
    expect({ dependencies, devDependencies, optionalDependencies }).toEqual({
      dependencies: { a: '1' },
      devDependencies: { c: '2' },
      optionalDependencies: { b: '3', d: '3' },
    })
  })

  test('a peer known only from peerDependenciesMeta is optional and anything', () => {
    const { peerDependencies, optionalPeers } = parseManifest(
      { peerDependencies: { a: '^1' }, peerDependenciesMeta: { a: { optional: true }, b: { optional: true }, c: {} } },
      'package.json',
    )
    expect(peerDependencies).toEqual({ a: '^1', b: '*' })
    expect(optionalPeers).toEqual(['a', 'b'])
  })

  test('workspaces are a list or an object with packages', () => {
    expect(parseManifest({ workspaces: ['packages/*'] }, 'package.json').workspaces).toEqual(['packages/*'])
    expect(parseManifest({ workspaces: { packages: ['apps/*'] } }, 'package.json').workspaces).toEqual(['apps/*'])
  })

  test.each([
    [[], 'package.json does not hold a JSON object'],
    [{ name: 'A B' }, '"A B" is not a package name (in package.json)'],
    [{ name: '../evil' }, '"../evil" is not a package name (in package.json)'],
    [{ version: 'one' }, '"one" is not a version (in package.json)'],
    [{ dependencies: ['a'] }, '"dependencies" in package.json is not an object of texts'],
    [{ dependencies: { a: 1 } }, '"dependencies" in package.json is not an object of texts'],
    [{ dependencies: { '../x': '1' } }, '"../x" is not a package name (in "dependencies" of package.json)'],
    [{ os: 1 }, '"os" in package.json is not a list of texts'],
    [{ alkahest: { single: 1 } }, '"alkahest.single" in package.json is not true, false or a list of names'],
    [{ alkahest: { peers: 'maybe' } }, '"alkahest.peers" in package.json is not "new", "warn" or "error"'],
    [
      { alkahest: { minimumReleaseAge: -1 } },
      '"alkahest.minimumReleaseAge" in package.json is not a number of minutes, 0 or more',
    ],
    [
      { alkahest: { allowBuilds: { a: 'yes' } } },
      '"alkahest.allowBuilds" in package.json is not an object of names with true or false',
    ],
  ])('%j is refused', (document, message) => {
    expect(() => parseManifest(document, 'package.json')).toThrow(message)
  })
})
