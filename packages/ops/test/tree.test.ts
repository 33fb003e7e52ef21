import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { install, tree, why } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const PACKAGES = `
  react 17.0.0
  react 18.0.0
  ui 1.0.0: peer:react@>=17 icons ^1.0.0
  icons 1.0.0
  icons 1.5.0
  legacy 1.0.0: react ^17.0.0 ui ^1.0.0 old npm:icons@~1.0.0`

let registry: TestRegistry

beforeAll(async () => {
  registry = await startRegistry({ packages: PACKAGES })
})
afterAll(() => registry.close())

async function openInstalled(manifest: object, files: object = {}): Promise<World> {
  const world = await openWorld({ registry, manifest, files: files as never })
  await install(world.at(), {})
  return world
}

describe('tree', () => {
  it('has one entry for each instance: a package with the peers it sees', async () => {
    const left = { json: { name: 'left', version: '0.1.0' } }
    await using world = await openInstalled(
      { dependencies: { react: '^18.0.0', ui: '^1.0.0', legacy: '^1.0.0', left: 'file:vendor/left' } },
      { 'vendor/left/package.json': left },
    )
    const { members, packages } = await tree(world.at())
    const uis = packages.filter(({ name }) => name === 'ui')
    const [seventeen, eighteen] = ['react@17.0.0', 'react@18.0.0'].map(
      (react) => uis.find(({ peers }) => peers.react === react)?.id,
    )
    expect(new Set(packages.map(({ id }) => id)).size).toBe(packages.length)
    expect(members).toEqual([
      {
        name: 'app',
        path: '.',
        dependencies: { left: 'left@link:vendor/left', legacy: 'legacy@1.0.0', react: 'react@18.0.0', ui: eighteen },
      },
    ])
    expect(packages).toEqual([
      { id: 'icons@1.0.0', name: 'icons', version: '1.0.0', kind: 'registry', dependencies: {}, peers: {} },
      {
        id: 'left@link:vendor/left',
        name: 'left',
        version: '0.1.0',
        kind: 'file',
        dependencies: {},
        peers: {},
      },
      {
        id: 'legacy@1.0.0',
        name: 'legacy',
        version: '1.0.0',
        kind: 'registry',
        dependencies: { old: 'icons@1.0.0', react: 'react@17.0.0', ui: seventeen },
        peers: {},
      },
      { id: 'react@17.0.0', name: 'react', version: '17.0.0', kind: 'registry', dependencies: {}, peers: {} },
      { id: 'react@18.0.0', name: 'react', version: '18.0.0', kind: 'registry', dependencies: {}, peers: {} },
      ...uis,
    ])
    expect(uis.map(({ id, ...ui }) => [id.startsWith('ui@1.0.0+'), ui])).toEqual(
      uis.map(({ peers }) => [
        true,
        { name: 'ui', version: '1.0.0', kind: 'registry', dependencies: { icons: 'icons@1.0.0' }, peers },
      ]),
    )
  })

  it('is empty for a project without dependencies, and an error before the first install', async () => {
    await using world = await openWorld({ registry })
    expect(await wordsOf(tree(world.at()))).toBe(
      `LOCKFILE_MISSING ${world.project} has no alkahest.lock yet\nhint: make one with \`alk install\``,
    )
    await install(world.at(), {})
    expect(await tree(world.at())).toEqual({ members: [{ name: 'app', path: '.', dependencies: {} }], packages: [] })
    expect(await world.asked()).toEqual([])
  })
})

describe('why', () => {
  it('tells every path to every version, and what decided', async () => {
    await using world = await openInstalled({ dependencies: { icons: '1.5.0', legacy: '^1.0.0', react: '^18.0.0' } })
    expect(await why(world.at(), { name: 'icons' })).toEqual({
      name: 'icons',
      versions: [
        {
          id: 'icons@1.0.0',
          version: '1.0.0',
          paths: [
            [
              { id: 'app', specifier: '^1.0.0' },
              { id: 'legacy@1.0.0', specifier: 'npm:icons@~1.0.0' },
              { id: 'icons@1.0.0', specifier: null },
            ],
          ],
          decided: ['legacy@1.0.0 asks for old npm:icons@~1.0.0'],
          newer: { version: '1.5.0', reasons: ['legacy@1.0.0 asks for old npm:icons@~1.0.0'] },
        },
        {
          id: 'icons@1.5.0',
          version: '1.5.0',
          paths: [
            [
              { id: 'app', specifier: '1.5.0' },
              { id: 'icons@1.5.0', specifier: null },
            ],
            [
              { id: 'app', specifier: '^1.0.0' },
              { id: 'legacy@1.0.0', specifier: '^1.0.0' },
              { id: 'ui@1.0.0', specifier: '^1.0.0' },
              { id: 'icons@1.5.0', specifier: null },
            ],
          ],
          decided: ['app asks for icons 1.5.0'],
          newer: null,
        },
      ],
    })
  })

  it('suggests a name that was probably meant', async () => {
    await using world = await openInstalled({ dependencies: { legacy: '*' } })
    expect(await wordsOf(why(world.at(), { name: 'icon' }))).toBe(
      `PACKAGE_NOT_INSTALLED nothing in ${world.project} depends on icon\nhint: did you mean icons?`,
    )
    expect(await wordsOf(why(world.at(), { name: 'something-else' }))).toBe(
      `PACKAGE_NOT_INSTALLED nothing in ${world.project} depends on something-else`,
    )
  })
})
