/** What `alk --version` says, from the manifest that travels with this file (the bundler inlines it). */
import manifest from '../package.json' with { type: 'json' }

export const VERSION: string = manifest.version

/** node:sqlite, native type stripping, zstd and the compile cache come together from here on. */
export const NODE_MAJOR_MIN = 24
