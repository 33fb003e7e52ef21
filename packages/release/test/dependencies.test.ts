import type { InstanceGraph } from '@alkahest/core'
import { expect, test } from 'vitest'
import { platformOfTarget } from '../src/index.ts'
import { productionPlacements } from '../src/dependencies.ts'
import { graphOf } from './graph.ts'

/** Folder to its links, one line each. */
function layoutOf(graph: InstanceGraph, member = '.'): readonly string[] {
  return productionPlacements(graph, [member], platformOfTarget('linux-x64')).map(({ folder, links }) =>
    [folder || '(app)', ...[...links].map(([path, target]) => `${path} -> ${target}`)].join('; '),
  )
}

test('the closure of production dependencies, each with what it may import', () => {
  const graph = graphOf({
    '.': { dependency: ['web@1.0.0'], development: ['vitest@5.0.0'] },
    'web@1.0.0': { dependency: ['@scope/log@2.0.0'] },
    '@scope/log@2.0.0': {},
    'vitest@5.0.0': { dependency: ['@scope/log@2.0.0'] },
  })
  expect(layoutOf(graph)).toEqual([
    '(app); web -> .alk/web@1.0.0/node_modules/web',
    '.alk/@scope+log@2.0.0/node_modules/@scope/log',
    '.alk/web@1.0.0/node_modules/web; .alk/web@1.0.0/node_modules/@scope/log -> .alk/@scope+log@2.0.0/node_modules/@scope/log',
  ])
})

test('cycles, and a package that depends on another version of itself', () => {
  const graph = graphOf({
    '.': { dependency: ['a@2.0.0'] },
    'a@2.0.0': { dependency: ['a@1.0.0', 'b@1.0.0'] },
    'a@1.0.0': {},
    'b@1.0.0': { dependency: ['a@2.0.0'] },
  })
  expect(layoutOf(graph)).toEqual([
    '(app); a -> .alk/a@2.0.0/node_modules/a',
    '.alk/a@1.0.0/node_modules/a',
    '.alk/a@2.0.0/node_modules/a; .alk/a@2.0.0/node_modules/a/node_modules/a -> .alk/a@1.0.0/node_modules/a; .alk/a@2.0.0/node_modules/b -> .alk/b@1.0.0/node_modules/b',
    '.alk/b@1.0.0/node_modules/b; .alk/b@1.0.0/node_modules/a -> .alk/a@2.0.0/node_modules/a',
  ])
})

test('optional packages of other platforms stay out, the one of the target goes in', () => {
  const graph = graphOf({
    '.': { dependency: ['swc@1.0.0'] },
    'swc@1.0.0': { optional: ['swc-linux@1.0.0', 'swc-darwin@1.0.0', 'swc-musl@1.0.0'] },
    'swc-linux@1.0.0': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'swc-darwin@1.0.0': { os: ['darwin'] },
    'swc-musl@1.0.0': { os: ['linux'], libc: ['musl'] },
  })
  expect(layoutOf(graph)).toEqual([
    '(app); swc -> .alk/swc@1.0.0/node_modules/swc',
    '.alk/swc-linux@1.0.0/node_modules/swc-linux',
    '.alk/swc@1.0.0/node_modules/swc; .alk/swc@1.0.0/node_modules/swc-linux -> .alk/swc-linux@1.0.0/node_modules/swc-linux',
  ])
})

test('a package that must be there and does not run on the target is an error', () => {
  const graph = graphOf({ '.': { dependency: ['mac@1.0.0'] }, 'mac@1.0.0': { os: ['darwin'] } })
  expect(() => layoutOf(graph)).toThrow('mac@1.0.0 does not run on linux-x64')
})

test('members of the workspace are packages like others', () => {
  const graph = graphOf({
    '.': {},
    'apps/web': { dependency: ['workspace:packages/log'] },
    'packages/log': { dependency: ['ms@1.0.0'], development: ['vitest@5.0.0'] },
    'ms@1.0.0': {},
    'vitest@5.0.0': {},
  })
  const [app, ms, log, ...rest] = layoutOf(graph, 'apps/web')
  expect(app).toMatch(/^\(app\); log -> \.alk\/workspace\+packages\+log-[0-9a-f]{10}\/node_modules\/log$/)
  expect(ms).toBe('.alk/ms@1.0.0/node_modules/ms')
  expect(log).toMatch(/node_modules\/ms -> \.alk\/ms@1\.0\.0\/node_modules\/ms$/)
  expect(rest).toEqual([])
})
