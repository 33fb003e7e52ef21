/** A plan in a person's words: which packages come, change and go. */
import type { Tree } from './tree.ts'

export type PlanSummary = {
  readonly added: readonly { readonly name: string; readonly version: string }[]
  /** A package that was there once and is there once, in another version. */
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  readonly removed: readonly { readonly name: string; readonly version: string }[]
}

/** Compares names and versions; several instances of one version count once. */
export function summarize(wanted: Tree, old: Tree | undefined): PlanSummary {
  const after = versionsByName(wanted)
  const before = old === undefined ? new Map<string, ReadonlySet<string>>() : versionsByName(old)
  const added: { name: string; version: string }[] = []
  const changed: { name: string; from: string; to: string }[] = []
  const removed: { name: string; version: string }[] = []
  for (const name of [...new Set([...after.keys(), ...before.keys()])].sort()) {
    const come = [...(after.get(name) ?? [])].filter((version) => before.get(name)?.has(version) !== true).sort(rising)
    const gone = [...(before.get(name) ?? [])].filter((version) => after.get(name)?.has(version) !== true).sort(rising)
    const [to] = come
    const [from] = gone
    if (to !== undefined && from !== undefined && come.length === 1 && gone.length === 1) {
      changed.push({ name, from, to })
      continue
    }
    for (const version of come) added.push({ name, version })
    for (const version of gone) removed.push({ name, version })
  }
  return { added, changed, removed }
}

/** For a list that people read: 10 after 9. */
function rising(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}

function versionsByName(tree: Tree): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>()
  for (const { name, version } of [...Object.values(tree.instances), ...Object.values(tree.shared)]) {
    const known = versions.get(name)
    if (known === undefined) versions.set(name, new Set([version]))
    else known.add(version)
  }
  return versions
}
