import { expect, it } from 'vitest'
import { renderImport } from '../../src/render/import.ts'
import { renderOutdated } from '../../src/render/outdated.ts'
import { renderPeers } from '../../src/render/peers.ts'
import { renderWhyNot } from '../../src/render/why.ts'
import { plain } from '../../src/style.ts'

it('outdated is a table for each member, with who holds what back', () => {
  const row = { alias: 'react', name: 'react', kind: 'dependency', current: '18.0.0', wanted: '18.3.1' } as const
  const holder = { from: 'dom@18.0.0', kind: 'peer', name: 'react', range: '^18' } as const
  const dependencies = [
    {
      ...row,
      member: '.',
      latest: '19.0.0',
      heldBy: [holder, { ...holder, from: 'package.json', kind: 'dependency' as const }],
    },
    { ...row, member: 'packages/a', alias: 'r', latest: '19.0.0', heldBy: Array.from({ length: 5 }, () => holder) },
  ]
  expect(renderOutdated({ dependencies }, plain)).toBe(`  Package  Current  Wanted  Latest  Held by
  react    18.0.0   18.3.1  19.0.0  dom@18.0.0 (peer ^18), package.json (^18)

packages/a
  Package    Current  Wanted  Latest  Held by
  r (react)  18.0.0   18.3.1  19.0.0  dom@18.0.0 (peer ^18), dom@18.0.0 (peer ^18), dom@18.0.0 (peer ^18), 2 more
`)
  expect(renderOutdated({ dependencies: [] }, plain)).toBe('Every dependency is the latest\n')
})

it('peers are a sentence and a reason each', () => {
  const conflict = { package: 'old@1.0.0', peer: 'react', range: '^17', found: 'react@18.0.0', reason: 'because' }
  expect(renderPeers({ conflicts: [conflict, { ...conflict, found: null }] }, plain))
    .toBe(`old@1.0.0 wants its peer react to be ^17 and gets react@18.0.0
  because

old@1.0.0 wants its peer react to be ^17 and gets no react
  because
`)
  expect(renderPeers({ conflicts: [] }, plain)).toBe('No peer conflict is accepted: every peer is in its range\n')
})

it('import counts what was kept and lists what was not', () => {
  const moved = [
    { name: 'deep', from: ['1.0.5'], to: ['1.1.0'], reason: 'not in the registry' },
    { name: 'wide', from: ['1.0.0'], to: [], reason: 'nothing asks for it' },
  ] as const
  const report = { from: 'package-lock.json', packages: 3, kept: 2, moved, peerConflicts: [] }
  expect(renderImport(report, plain)).toBe(`Not kept:
  deep  1.0.5 -> 1.1.0  not in the registry
  wide  1.0.0           nothing asks for it

alkahest.lock written with 3 packages; 2 of the 4 versions in package-lock.json were kept
`)
})

it('why not is a heading and its reasons', () => {
  const report = { name: 'react', version: '19.0.0', possible: false, reasons: ['one', 'two'] }
  expect(renderWhyNot(report, plain)).toBe('react 19.0.0 cannot be used\n  one\n  two\n')
  expect(renderWhyNot({ ...report, possible: true }, plain)).toMatch(/^react 19\.0\.0 could be used\n/)
})
