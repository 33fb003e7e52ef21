import type { TreeReport } from '@alkahest/ops'
import { expect, it } from 'vitest'
import { renderTree } from '../../src/render/tree.ts'
import { plain } from '../../src/style.ts'

type Entry = Partial<TreeReport['packages'][number]> & { readonly id: string }

function registryPackage({ id, ...rest }: Entry): TreeReport['packages'][number] {
  const at = id.lastIndexOf('@')
  return {
    id,
    name: id.slice(0, at),
    version: id.slice(at + 1),
    kind: 'registry',
    dependencies: {},
    peers: {},
    ...rest,
  }
}

const report: TreeReport = {
  members: [
    { name: 'root', path: '.', dependencies: { a: 'a@1.0.0', z: 'z@2.0.0' } },
    { name: '@x/member', path: 'packages/member', dependencies: { old: 'a@1.0.0', root: 'workspace:.' } },
  ],
  packages: [
    registryPackage({ id: 'a@1.0.0', dependencies: { b: 'b@1.0.0', f: 'f@1.0.0' } }),
    registryPackage({ id: 'b@1.0.0', dependencies: { a: 'a@1.0.0' }, peers: { z: 'z@2.0.0' } }),
    registryPackage({ id: 'f@1.0.0', optional: true, skipped: true }),
    registryPackage({ id: 'z@2.0.0' }),
    { ...registryPackage({ id: 'root@1.0.0' }), id: 'workspace:.', kind: 'workspace' },
  ],
}

it('draws each member, opens each package once, and marks peers, aliases and what is skipped', () => {
  expect(renderTree(report, { style: plain, depth: Number.POSITIVE_INFINITY })).toBe(`root
├── a 1.0.0
│   ├── b 1.0.0
│   │   ├── a 1.0.0 (see above)
│   │   └── z 2.0.0 (peer)
│   └── f 1.0.0 (skipped here)
└── z 2.0.0
@x/member (packages/member)
├── old = a 1.0.0 (see above)
└── root 1.0.0 (workspace)
`)
})

it('stops at the depth asked for', () => {
  expect(renderTree(report, { style: plain, depth: 1 })).toBe(`root
├── a 1.0.0
└── z 2.0.0
@x/member (packages/member)
├── old = a 1.0.0
└── root 1.0.0 (workspace)
`)
})
