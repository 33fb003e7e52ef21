import type { Lockfile } from '@alkahest/lockfile'
import { importPackageLock, importPnpmLock } from '@alkahest/lockfile/import'
import { describe, expect, test } from 'vitest'

const INTEGRITY = 'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=='

function edgesOf({ resolution }: Lockfile): Record<string, string> {
  const owners = [
    ...resolution.members.map((member) => ({ id: member.path, edges: member.edges })),
    ...resolution.packages,
  ]
  return Object.fromEntries(
    owners.flatMap(({ id, edges }) =>
      edges.map((edge) => [`${id} > ${edge.alias} ${edge.specifier}`, edge.target ?? 'none']),
    ),
  )
}

describe('package-lock.json', () => {
  const text = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { name: 'app', dependencies: { a: '^1', tool: 'npm:other@^3', lib: '*' } },
      'packages/lib': { name: 'lib', dependencies: { b: '^2' } },
      'node_modules/lib': { link: true, resolved: 'packages/lib' },
      'node_modules/a': { version: '1.0.0', integrity: INTEGRITY, dependencies: { b: '^1' } },
      'node_modules/a/node_modules/b': { version: '1.5.0' },
      'node_modules/b': { version: '2.0.0' },
      'node_modules/tool': { name: 'other', version: '3.0.0' },
    },
  })

  test('who gets which version follows from where packages lie', () => {
    const lockfile = importPackageLock(text, 'package-lock.json')
    expect(edgesOf(lockfile)).toEqual({
      '. > a ^1': 'a@1.0.0',
      '. > tool npm:other@^3': 'other@3.0.0',
      '. > lib *': 'workspace:packages/lib',
      'packages/lib > b ^2': 'b@2.0.0',
      'a@1.0.0 > b ^1': 'b@1.5.0',
    })
    expect(lockfile.resolution.packages.find((one) => one.id === 'a@1.0.0')?.integrity).toBe(INTEGRITY)
  })

  test('of version 1 is refused with what can be done', () => {
    expect(() => importPackageLock('{"lockfileVersion":1}', 'package-lock.json')).toThrow(
      'package-lock.json has no "packages": only lockfileVersion 2 and 3 can be imported',
    )
  })
})

describe('pnpm-lock.yaml', () => {
  const text = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      dom: { specifier: ^18.0.0, version: 18.3.1(react@18.3.1) }
      lib: { specifier: 'workspace:*', version: 'link:packages/lib' }
    devDependencies:
      tool: { specifier: 'npm:other@^3', version: other@3.0.0 }
  packages/lib: {}
packages:
  dom@18.3.1:
    resolution: { integrity: ${INTEGRITY} }
    peerDependencies: { react: ^18.3.1 }
snapshots:
  dom@18.3.1(react@18.3.1):
    dependencies: { react: 18.3.1, loose: 1.4.0 }
  loose@1.4.0: {}
  react@18.3.1: {}
  other@3.0.0: {}
`

  test('versions, integrities and edges are kept, peers in brackets are not', () => {
    const lockfile = importPnpmLock(text, 'pnpm-lock.yaml')
    expect(edgesOf(lockfile)).toEqual({
      '. > dom ^18.0.0': 'dom@18.3.1',
      '. > lib workspace:*': 'workspace:packages/lib',
      '. > tool npm:other@^3': 'other@3.0.0',
      'dom@18.3.1 > react 18.3.1': 'react@18.3.1',
      'dom@18.3.1 > loose 1.4.0': 'loose@1.4.0',
    })
    expect(lockfile.resolution.packages.find((one) => one.id === 'dom@18.3.1')?.integrity).toBe(INTEGRITY)
  })

  test.each([
    ["lockfileVersion: '6.0'", 'pnpm-lock.yaml has another lockfileVersion than 9, the only one that can be imported'],
    ['a: [', 'pnpm-lock.yaml is not valid YAML'],
    ['a: &x [1]\nb: *x', 'pnpm-lock.yaml is not valid YAML'],
  ])('%j is refused', (broken, message) => {
    expect(() => importPnpmLock(broken, 'pnpm-lock.yaml')).toThrow(message)
  })
})
