/**
 * Where the programs are that `alk` starts as processes of their own: in the repository their TypeScript, in the packed
 * command the bundles beside this file. The extension of this very file tells which of the two it is.
 */
import { fileURLToPath } from 'node:url'

export type ProgramName = 'registry' | 'supervisor'

const inRepository: Readonly<Record<ProgramName, string>> = {
  registry: '../../../apps/registry/src/main.ts',
  supervisor: '../../supervisor/src/main.ts',
}

/** Absolute path of the program's entry file. */
export function programPath(name: ProgramName): string {
  const relative = import.meta.url.endsWith('.ts') ? inRepository[name] : `./${name}.mjs`
  return fileURLToPath(new URL(relative, import.meta.url))
}
