import { parseManifest, UserError } from '@alkahest/core'
import { expect, test } from 'vitest'
import { planRelease } from '../src/index.ts'
import type { ReleaseOptions } from '../src/index.ts'

const manifest = { name: '@team/shop', version: '1.2.0', main: 'dist/main.js' }

function optionsOf({ manifest: document = manifest, ...changes }: Record<string, unknown> = {}): ReleaseOptions {
  return {
    projectFolder: '/project',
    member: '.',
    manifest: parseManifest(document, 'package.json'),
    configuration: undefined,
    graph: {
      members: [{ id: 'workspace:.' as never, path: '.', name: undefined, version: undefined, dependencies: [] }],
      instances: new Map(),
    },
    target: 'linux-x64',
    ...changes,
  }
}

test('without configuration there is one release with one child, named after the package', () => {
  const release = planRelease(optionsOf())
  expect(release.tarball).toBe('/project/build/release/shop-1.2.0-linux-x64.tar.gz')
  expect(release.configuration.children).toMatchObject([
    { name: 'shop', entry: 'dist/main.js', instances: 1, restart: 'permanent', ready: 'listening' },
  ])
})

test('the entry is what Node would import', () => {
  const exports = { '.': { types: './dist/main.d.ts', import: './dist/main.mjs', default: './dist/main.cjs' } }
  const release = planRelease(optionsOf({ manifest: { ...manifest, exports } }))
  expect(release.configuration.children[0]?.entry).toBe('dist/main.mjs')
})

test('a release of several children, and which of several releases', () => {
  const configuration = {
    web: () => ({
      children: { web: { instances: 2, health: '/health' }, jobs: { entry: './dist/jobs.js', ready: 'started' } },
    }),
    worker: { entry: 'dist/worker.js' },
  }
  expect(planRelease(optionsOf({ configuration, name: 'web' })).configuration.children).toMatchObject([
    { name: 'web', entry: 'dist/main.js', instances: 2, health: '/health' },
    { name: 'jobs', entry: 'dist/jobs.js', ready: 'started' },
  ])
  expect(failureOf({ configuration })).toEqual([
    'RELEASE_NAME_MISSING',
    'alkahest.config.ts has 2 releases: web, worker',
    'say which: alk release web',
  ])
  expect(failureOf({ configuration, name: 'wep' })).toEqual([
    'RELEASE_NAME_MISSING',
    'alkahest.config.ts has no release named wep',
    'it has web, worker',
  ])
})

test.each<readonly [string, Record<string, unknown>, readonly [string, string]]>([
  ['target', { target: 'windows-x64' }, ['RELEASE_TARGET_UNKNOWN', 'There is no release target "windows-x64"']],
  ['name', { name: '../x' }, ['RELEASE_NAME_INVALID', '"../x" cannot be the name of a release']],
  ['no name', { manifest: { version: '1.0.0' } }, ['RELEASE_NAME_INVALID', '"" cannot be the name of a release']],
  [
    'no version',
    { manifest: { name: 'shop', main: 'x.js' } },
    ['RELEASE_VERSION_MISSING', 'The package.json of the project has no version'],
  ],
  ['bad version', { version: '1' }, ['VERSION_INVALID', '"1" is not a version']],
  [
    'no entry',
    { manifest: { name: 'shop', version: '1.0.0' } },
    ['RELEASE_ENTRY_MISSING', 'The package.json of the project does not say what to start'],
  ],
  ['member', { member: 'apps/x' }, ['RELEASE_MEMBER_UNKNOWN', 'The workspace has no member apps/x']],
  [
    'configuration',
    { configuration: [] },
    ['RELEASE_CONFIGURATION_INVALID', 'releases in alkahest.config.ts is not an object from names to releases'],
  ],
  [
    'instances',
    { configuration: { shop: { instances: 1.5 } } },
    [
      'RELEASE_CONFIGURATION_INVALID',
      'releases.shop.instances in alkahest.config.ts is not a whole number from 0 to 1024',
    ],
  ],
  [
    'restart',
    { configuration: { shop: { restart: 'always' } } },
    [
      'RELEASE_CONFIGURATION_INVALID',
      'releases.shop.restart in alkahest.config.ts is not one of permanent, transient, temporary',
    ],
  ],
  [
    'health',
    { configuration: { shop: { health: 'x' } } },
    ['RELEASE_CONFIGURATION_INVALID', 'releases.shop.health in alkahest.config.ts is not a path that begins with /'],
  ],
  [
    'steps',
    { configuration: { shop: { steps: ['tar'] } } },
    [
      'RELEASE_CONFIGURATION_INVALID',
      'releases.shop.steps in alkahest.config.ts is not a list of functions with "assemble" and, after it, "tar" in it',
    ],
  ],
])('bad input: %s', (_what, changes, [code, message]) => {
  expect(failureOf(changes).slice(0, 2)).toEqual([code, message])
})

function failureOf(changes: Record<string, unknown>): readonly (string | undefined)[] {
  try {
    planRelease(optionsOf(changes))
  } catch (error) {
    if (error instanceof UserError) return [error.code, error.message, error.hint]
    throw error
  }
  throw new Error('it was planned')
}
