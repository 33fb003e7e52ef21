/** Erases types, without Node's word that doing so is experimental: nobody who operates a release can act on it. */
import { stripTypeScriptTypes } from 'node:module'

/** Throws what Node throws when the code cannot be read. */
export function stripTypes(code: string): string {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(code)
  } finally {
    process.emitWarning = emitWarning
  }
}
