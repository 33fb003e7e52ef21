import { expect, test } from 'vitest'
import { selectInstances } from '@alkahest/linker'
import type { Include, Selection } from '@alkahest/linker'
import { graphOf, linux } from './worlds.ts'
import type { World } from './worlds.ts'

const everything: Include = { development: true, optional: true }

function select(world: World, include = everything): Selection {
  return selectInstances({ graph: graphOf(world), platform: linux, include })
}

test('--prod leaves out what only development dependencies need, --no-optional what only optional ones need', () => {
  const world: World = {
    members: { '.': { a: 'a@1.0.0', 'test!': 'test@1.0.0', 'fast?': 'fast@1.0.0' } },
    packages: {
      'a@1.0.0': { dependencies: { both: 'both@1.0.0' }, optional: { extra: 'extra@1.0.0' } },
      'test@1.0.0': { dependencies: { both: 'both@1.0.0', deep: 'deep@1.0.0' } },
      'fast@1.0.0': { dependencies: { native: 'native@1.0.0' } },
      'both@1.0.0': {},
      'deep@1.0.0': {},
      'native@1.0.0': {},
      'extra@1.0.0': {},
    },
  }
  const names = (include: Include): readonly string[] =>
    [...select(world, include).instances.keys()].map((id) => id.split('@')[0] ?? '')
  expect(names(everything)).toStrictEqual(['a', 'both', 'deep', 'extra', 'fast', 'native', 'test'])
  expect(names({ development: false, optional: true })).toStrictEqual(['a', 'both', 'extra', 'fast', 'native'])
  expect(names({ development: true, optional: false })).toStrictEqual(['a', 'both', 'deep', 'test'])
  expect(names({ development: false, optional: false })).toStrictEqual(['a', 'both'])
  expect(select(world, { development: false, optional: false }).skipped).toStrictEqual([])
})

test('an optional package for another platform is skipped with what it alone needs', () => {
  const { instances, skipped } = select({
    members: { '.': { bundler: 'bundler@1.0.0' } },
    packages: {
      'bundler@1.0.0': { optional: { mac: 'mac@1.0.0', here: 'here@1.0.0' } },
      'mac@1.0.0': { os: ['darwin'], dependencies: { only: 'only@1.0.0', shared: 'shared@1.0.0' } },
      'here@1.0.0': { os: ['linux'], dependencies: { shared: 'shared@1.0.0' } },
      'only@1.0.0': {},
      'shared@1.0.0': {},
    },
  })
  expect([...instances.keys()]).toStrictEqual(['bundler@1.0.0', 'here@1.0.0', 'shared@1.0.0'])
  expect(skipped).toStrictEqual([
    { id: 'mac@1.0.0', name: 'mac', version: '1.0.0', reason: 'it runs on darwin, this is linux x64 glibc' },
    { id: 'only@1.0.0', name: 'only', version: '1.0.0', reason: 'only packages that are skipped need it' },
  ])
})

test('an optional package that needs one for another platform is skipped whole, cycles included', () => {
  const { instances, skipped } = select({
    members: { '.': { a: 'a@1.0.0', 'outer?': 'outer@1.0.0' } },
    packages: {
      'a@1.0.0': {},
      'outer@1.0.0': { dependencies: { inner: 'inner@1.0.0', a: 'a@1.0.0' } },
      'inner@1.0.0': { dependencies: { outer: 'outer@1.0.0', mac: 'mac@1.0.0' } },
      'mac@1.0.0': { os: ['darwin'] },
    },
  })
  expect([...instances.keys()]).toStrictEqual(['a@1.0.0'])
  expect(skipped.map(({ name, reason }) => `${name}: ${reason}`)).toStrictEqual([
    'inner: it needs mac, which does not run here',
    'mac: it runs on darwin, this is linux x64 glibc',
    'outer: it needs mac, which does not run here',
  ])
})

test('a required package for another platform is an error that says through whom', () => {
  const world: World = {
    members: { '.': {}, 'packages/one': { a: 'a@1.0.0' } },
    packages: { 'a@1.0.0': { dependencies: { mac: 'mac@1.0.0' } }, 'mac@1.0.0': { os: ['darwin', 'freebsd'] } },
  }
  expect(() => select(world)).toThrow(
    expect.objectContaining({
      code: 'PLATFORM_UNSUPPORTED',
      message: 'mac@1.0.0, which packages/one needs through a, runs on darwin or freebsd, and this is linux x64 glibc',
      hint: 'if the project can do without it here, move it to optionalDependencies',
    }),
  )
})

test('what is only a development dependency may be for another platform when it is left out', () => {
  const world: World = { members: { '.': { 'mac!': 'mac@1.0.0' } }, packages: { 'mac@1.0.0': { os: ['darwin'] } } }
  expect(() => select(world)).toThrow('mac@1.0.0, which the project needs, runs on darwin')
  expect(select(world, { development: false, optional: true }).instances.size).toBe(0)
})
