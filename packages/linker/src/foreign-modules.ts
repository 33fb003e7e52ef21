/** Recognises a `node_modules` that another package manager made, by the file or folder it leaves in it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** In the order of looking: the most telling first. */
const MARKERS: readonly (readonly [file: string, manager: string])[] = [
  ['.package-lock.json', 'npm'],
  ['.modules.yaml', 'pnpm'],
  ['.pnpm', 'pnpm'],
  ['.yarn-state.yml', 'yarn'],
  ['.yarn-integrity', 'yarn'],
  ['.bun', 'bun'],
  ['.vlt', 'vlt'],
  ['.deno', 'deno'],
]

/** Hidden entries that belong to the managers above; other hidden entries (`.cache`, `.vite`) are tools' own and stay. */
const HIDDEN =
  /^\.(?:bin|package-lock\.json|modules\.yaml|pnpm(?:-.*)?|yarn-.*|bun(?:-.*)?|vlt(?:-.*)?|deno|store|ignored(?:_.*)?)$/

/** Whose tree it is, or undefined: ours, nobody's, or none. */
export function foreignManager(modules: string): string | undefined {
  return MARKERS.find(([marker]) => existsSync(join(modules, marker)))?.[1]
}

/** The names in it that go when it is replaced. */
export function foreignEntries(modules: string): readonly string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.') || HIDDEN.test(name))
    .sort()
}
