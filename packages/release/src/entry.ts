/** Which file of a package is run, when nothing else is said: Node's own rule for importing the package by name. */
import { asJsonObject, userError } from '@alkahest/core'
import type { Json, Manifest } from '@alkahest/core'

/** In the order in which Node looks, for an import from a module. */
const CONDITIONS = ['node', 'import', 'module-sync', 'default']

/** The entry, relative and POSIX (`dist/main.js`), or throws `RELEASE_ENTRY_MISSING`. */
export function entryOfManifest(manifest: Manifest, member: string): string {
  const { exports, main } = manifest.document
  const entry = entryOfExports(exports) ?? (typeof main === 'string' ? main : undefined)
  if (entry === undefined || entry === '') {
    throw userError(
      'RELEASE_ENTRY_MISSING',
      `The package.json of ${member === '.' ? 'the project' : member} does not say what to start`,
      {
        hint: 'add "main": "dist/main.js" to it, or an entry to releases in alkahest.config.ts',
      },
    )
  }
  return entry.replace(/^\.\//, '')
}

function entryOfExports(exports: Json | undefined): string | undefined {
  if (typeof exports === 'string') return exports
  const object = asJsonObject(exports)
  if (object === undefined) return undefined
  if ('.' in object) return entryOfExports(object['.'])
  const conditions = Object.entries(object).filter(([key]) => CONDITIONS.includes(key))
  for (const [, value] of conditions) {
    const entry = entryOfExports(value)
    if (entry !== undefined) return entry
  }
  return undefined
}
