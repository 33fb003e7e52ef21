/**
 * Edits of a package.json that change only what they say: `alk add`, `remove`, `approve` and `version` write through
 * here. Names stand in the order in which npm sorts them; a section that becomes empty goes.
 */
import { asJsonObject, parseJson, parseManifest, userError } from '@alkahest/core'
import type { Json } from '@alkahest/core'
import { readTextFile, writeFileAtomically } from './file.ts'
import { removeJsonKey, setJsonValue } from './json-edit.ts'

export type DependencySection = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies'

export type ManifestEdit =
  /** Asks for a package; the name leaves the other installing sections. */
  | { readonly kind: 'set'; readonly section: DependencySection; readonly name: string; readonly specifier: string }
  /** Out of one section, or out of all of them. */
  | { readonly kind: 'remove'; readonly name: string; readonly section?: DependencySection }
  /** Any other field; undefined takes it away. */
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly value: Json | undefined }

/** In the order in which they stand in a file. */
const SECTIONS: readonly DependencySection[] = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
]

/** Those of which a package stands in one at most. A peer is usually a development dependency as well. */
const INSTALLING: readonly DependencySection[] = ['dependencies', 'devDependencies', 'optionalDependencies']

/** The text with the edits applied in order. Throws what reading the manifest throws; `place` is its file. */
export function editManifest(text: string, edits: readonly ManifestEdit[], place: string): string {
  parseManifest(parseJson(text, place), place)
  const edited = edits.reduce(applyEdit, text)
  parseManifest(parseJson(edited, place), place) // what we write, the next command must be able to read
  return edited
}

/** The same on disk, in one rename; false when the edits change nothing. */
export async function editManifestFile(path: string, edits: readonly ManifestEdit[]): Promise<boolean> {
  const text = await readTextFile(path)
  if (text === undefined) throw userError('PROJECT_NOT_FOUND', `${path} does not exist any more`)
  const edited = editManifest(text, edits, path)
  if (edited === text) return false
  await writeFileAtomically(path, edited)
  return true
}

function applyEdit(text: string, edit: ManifestEdit): string {
  switch (edit.kind) {
    case 'set':
      return setDependency(text, edit.section, [edit.name, edit.specifier])
    case 'remove':
      return (edit.section === undefined ? SECTIONS : [edit.section]).reduce(
        (current, section) => removeDependency(current, section, edit.name),
        text,
      )
    case 'field':
      return edit.value === undefined
        ? removeJsonKey(text, edit.path)
        : setJsonValue(text, edit.path, { value: edit.value })
  }
}

function setDependency(text: string, section: DependencySection, [name, specifier]: readonly [string, string]): string {
  const elsewhere = INSTALLING.includes(section) ? INSTALLING.filter((other) => other !== section) : []
  const moved = elsewhere.reduce((current, other) => removeDependency(current, other, name), text)
  if (asJsonObject(parseJson(moved, section))?.[section] === undefined) {
    return setJsonValue(moved, [section], {
      value: { [name]: specifier },
      before: (keys) => placeOfSection(keys, section),
    })
  }
  return setJsonValue(moved, [section, name], {
    value: specifier,
    before: (keys) => keys.findIndex((key) => key.localeCompare(name, 'en') > 0),
  })
}

function removeDependency(text: string, section: DependencySection, name: string): string {
  const removed = removeJsonKey(text, [section, name])
  const tidied =
    section === 'peerDependencies'
      ? withoutEmpty(removeJsonKey(removed, ['peerDependenciesMeta', name]), 'peerDependenciesMeta')
      : removed
  return tidied === text ? text : withoutEmpty(tidied, section)
}

function withoutEmpty(text: string, field: string): string {
  const value = asJsonObject(asJsonObject(parseJson(text, field))?.[field])
  return value !== undefined && Object.keys(value).length === 0 ? removeJsonKey(text, [field]) : text
}

/** Before the first section that comes later in the usual order, after the last that comes earlier, else at the end. */
function placeOfSection(keys: readonly string[], section: DependencySection): number {
  const order = SECTIONS.indexOf(section)
  const later = keys.findIndex((key) => SECTIONS.indexOf(key as DependencySection) > order)
  if (later >= 0) return later
  const earlier = keys.findLastIndex((key) => SECTIONS.slice(0, order).includes(key as DependencySection))
  return earlier < 0 ? -1 : earlier + 1
}
