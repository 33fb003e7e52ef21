import type { InstallReport } from '@alkahest/ops'
import { expect, it } from 'vitest'
import { renderInstallReport } from '../../src/render/install-report.ts'
import { plain } from '../../src/style.ts'

const nothing: InstallReport = {
  added: [],
  changed: [],
  removed: [],
  heldBack: [],
  deprecated: [],
  skipped: [],
  unapprovedBuilds: [],
  builds: [],
  peerConflicts: [],
  lockfile: 'unchanged',
  upToDate: true,
  dryRun: false,
  seconds: 0.018,
}

function render(report: Partial<InstallReport>): string {
  return renderInstallReport({ ...nothing, ...report }, plain)
}

it('says in one line that there was nothing to do', () => {
  expect(render({})).toBe('Already up to date (0.02 s)\n')
})

it('shows what changed, then what to know about', () => {
  const text = render({
    upToDate: false,
    lockfile: 'written',
    seconds: 75,
    added: [
      { name: 'a', version: '1.0.0' },
      { name: '@scope/long', version: '2.0.0-rc.1' },
    ],
    changed: [{ name: 'b', from: '1.0.0', to: '1.1.0' }],
    removed: [{ name: 'c', version: '3.0.0' }],
    heldBack: [
      { name: 'd', version: '2.0.0', instead: '1.9.0', published: '2026-11-23T10:00:00.000Z' },
      { name: 'e', version: '1.0.0', instead: null, published: '2026-11-23T11:00:00.000Z' },
    ],
    deprecated: [{ name: 'f', version: '1.0.0', message: 'use g\n\u001B[31minstead ' }],
    skipped: [
      { name: '@esbuild/aix-ppc64', version: '0.28.2' },
      { name: '@esbuild/win32-x64', version: '0.28.2' },
      { name: '@esbuild/win32-x64', version: '0.27.0' },
      { name: '@rollup/android', version: '4.0.0' },
      { name: 'fsevents', version: '2.3.3' },
      { name: 'lightningcss-android-arm64', version: '1.33.0' },
      { name: 'lightningcss-darwin-arm64', version: '1.33.0' },
    ],
    unapprovedBuilds: [{ name: 'esbuild', version: '0.28.2' }],
    peerConflicts: [
      {
        package: 'h@1.0.0',
        peer: 'i',
        range: '^2',
        found: '1.0.0',
        explanation: 'h 1.0.0 asks for i ^2.\nThe project has i 1.0.0.',
        suggestions: ['take i 2'],
      },
    ],
  })
  expect(text).toBe(`New:
  a            1.0.0
  @scope/long  2.0.0-rc.1

Changed:
  b  1.0.0 -> 1.1.0

Removed:
  c  3.0.0

Held back, too young:
  d  2.0.0 of 2026-11-23T10:00:00.000Z; 1.9.0 instead
  e  1.0.0 of 2026-11-23T11:00:00.000Z

Deprecated:
  f 1.0.0  use g [31minstead

Skipped, not for this machine: @esbuild/* (2), @rollup/android, fsevents, lightningcss-* (2)

Build scripts not run, nobody approved them:
  esbuild  0.28.2
  hint: \`alk approve esbuild\` lets them run, \`alk approve --deny esbuild\` ends the question

Peer conflict:
  h 1.0.0 asks for i ^2.
  The project has i 1.0.0.
  hint: take i 2

Installed: 2 new, 1 changed, 1 removed, alkahest.lock written (1 min 15 s)
`)
})

it('counts what does not fit a screen', () => {
  const added = Array.from({ length: 100 }, (_, index) => ({ name: `p${index}`, version: '1.0.0' }))
  const lines = render({ added, upToDate: false }).split('\n')
  expect(lines).toHaveLength(44)
  expect(lines[40]).toBe('  and 61 more')
})

it('claims nothing after a dry run', () => {
  expect(render({ upToDate: false, dryRun: true })).toBe('Nothing was done (--dry-run)\n')
  expect(render({ upToDate: false })).toBe('Installed: no package changed (0.02 s)\n')
})
