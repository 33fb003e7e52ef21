/**
 * Before the first change to a project: from here on a kill leaves `pending.json`, which tells the next run where nothing is certain.
 * Rules: docs/internals/linker.md, "Applying".
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeState } from './install-inputs.ts'
import { readInstalledState } from './installed-state.ts'
import type { FoundLinks } from './installed-state.ts'
import { statePaths } from './paths.ts'
import { formatTree } from './tree.ts'
import type { Links, MemberUnit, Tree } from './tree.ts'
import type { UndoLog } from './undo-log.ts'
import { writeWhole } from './write-whole.ts'

/** `tree` is what the install is turning the project into, as far as that is known. */
export function noteBeginning(root: string, tree: Tree, undo: UndoLog): void {
  const state = join(root, statePaths.state)
  if (existsSync(state)) {
    const text = readFileSync(state, 'utf8')
    undo.add(() => writeState(root, text))
    rmSync(state)
  }
  if (existsSync(join(root, statePaths.pending))) forgetUnsure(root, undo)
  replaceText(join(root, statePaths.pending), formatTree(tree), undo)
}

/**
 * What an interrupted install was changing is known from its `pending.json` alone, which is about to be replaced. So the tree keeps what is
 * certain, and every link that either of them knows, in case this install is interrupted as well.
 */
function forgetUnsure(root: string, undo: UndoLog): void {
  const installed = readInstalledState(root)
  if (installed === undefined) return
  const certain = [...installed.instances].flatMap(([folder, unit]) => (unit === 'unsure' ? [] : [[folder, unit]]))
  const members = [...installed.members].map(([path, { links, bins }]): [string, MemberUnit] => {
    return [path, { links: named(links), bins: named(bins) }]
  })
  const known: Tree = {
    layout: 'isolated',
    shared: {},
    ...installed.tree,
    instances: Object.fromEntries(certain) as Tree['instances'],
    members: Object.fromEntries(members),
  }
  replaceText(join(root, statePaths.tree), formatTree(known), undo)
}

/** The names matter: what the links point at is looked up whenever the tree is read. */
function named(links: FoundLinks): Links {
  return Object.fromEntries([...links].map(([name, target]) => [name, target ?? '']))
}

function replaceText(path: string, text: string, undo: UndoLog): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  undo.add(() => (before === undefined ? rmSync(path, { force: true }) : writeWhole(path, before)))
  writeWhole(path, text)
}
