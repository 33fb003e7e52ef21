/** Two states of one project that differ in every way a plan can: for updates, faults and kills. */
import type { World } from './worlds.ts'

const files = { 'lib/one.js': '1', 'lib/deep/two.js': '2' }

export const before: World = {
  members: {
    '.': { stays: 'stays@1.0.0', moves: 'moves@1.0.0', '@gone/away': '@gone/away@1.0.0', swaps: 'swaps@1.0.0' },
    'packages/one': { moves: 'moves@1.0.0', 'only-here': 'only-here@1.0.0', two: 'workspace:packages/two' },
    'packages/two': {},
    'packages/left': { stays: 'stays@1.0.0' },
  },
  packages: {
    'stays@1.0.0': { files, bin: { stays: 'cli.js' }, dependencies: { deep: 'deep@1.0.0', moves: 'moves@1.0.0' } },
    'moves@1.0.0': { files, bin: { moves: 'cli.js', old: 'old.js' } },
    '@gone/away@1.0.0': { files, bin: { away: 'cli.js' }, dependencies: { '@gone/too': '@gone/too@1.0.0' } },
    '@gone/too@1.0.0': {},
    'only-here@1.0.0': { dependencies: { '@scope/dep': '@scope/dep@1.0.0' } },
    '@scope/dep@1.0.0': {},
    'deep@1.0.0': { peers: { stays: 'stays@1.0.0' } },
    'swaps@1.0.0': { files: { 'old.js': 'old content' } },
  },
}

export const after: World = {
  members: {
    '.': { stays: 'stays@1.0.0', moves: 'moves@2.0.0', '@new/come': '@new/come@1.0.0', swaps: 'swaps@1.0.0' },
    'packages/one': { moves: 'moves@2.0.0', two: 'workspace:packages/two', stays: 'stays@1.0.0' },
    'packages/two': { '@new/come': '@new/come@1.0.0' },
  },
  packages: {
    // The same files with other neighbours.
    'stays@1.0.0': { files, bin: { stays: 'cli.js' }, dependencies: { deep: 'deep@2.0.0', moves: 'moves@2.0.0' } },
    'moves@2.0.0': { files, bin: { moves: 'cli.js', new: 'new.js' } },
    '@new/come@1.0.0': { files, bin: { come: 'cli.js' }, dependencies: { '@new/too': '@new/too@1.0.0' } },
    '@new/too@1.0.0': {},
    'deep@2.0.0': { peers: { stays: 'stays@1.0.0' } },
    // The same name and version with other files, as a tarball on disk may have.
    'swaps@1.0.0': { files: { 'new.js': 'new content' } },
  },
}
