/**
 * `alk init`: what a scaffold has and an existing project lacks. Files that exist and fields that are set stay as they
 * are: a plan says what would be added, and applying it adds exactly that.
 */
import { join } from 'node:path'
import { asJsonObject, parseJson } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'
import type { FileTree } from './file-tree.ts'
import { readTextFile, writeFileAtomically } from './file.ts'
import { editManifestFile } from './manifest-edit.ts'
import type { ManifestEdit } from './manifest-edit.ts'
import { manifestName } from './manifest-file.ts'

export type Completion = {
  /** Absolute. */
  readonly directory: string
  /** Files that do not exist yet. */
  readonly files: FileTree
  /** Files that exist, which are left alone. */
  readonly kept: readonly string[]
  /** Fields, scripts and development dependencies that package.json lacks; none when it is among `files`. */
  readonly edits: readonly ManifestEdit[]
}

/** Fields that are only added whole: what is in them belongs together. */
const WHOLE_FIELDS: readonly string[] = ['name', 'version', 'engines']

/** Folders of code: a project that has its own needs no example. */
const EXAMPLE_FOLDERS: readonly string[] = ['src', 'test', 'client']

/** Compares a scaffold with a folder (absolute) that may hold anything; nothing is written. */
export async function planCompletion(directory: string, tree: FileTree): Promise<Completion> {
  const files: Record<string, string> = {}
  const kept: string[] = []
  const manifestText = await readTextFile(join(directory, manifestName), manifestName)
  for (const [path, text] of Object.entries(tree)) {
    const isExample = EXAMPLE_FOLDERS.includes(path.split('/')[0] ?? '') && !path.endsWith('tsconfig.json')
    if ((await readTextFile(join(directory, path), path)) !== undefined) kept.push(path)
    else if (!isExample || manifestText === undefined) files[path] = text
  }
  const wanted = asJsonObject(parseJson(tree[manifestName] ?? '{}', manifestName)) ?? {}
  const present = manifestText === undefined ? undefined : asJsonObject(parseJson(manifestText, manifestName))
  return { directory, files, kept: kept.sort(), edits: present === undefined ? [] : missingFields(present, wanted) }
}

/** Adds what the plan says, and nothing else. */
export async function applyCompletion(completion: Completion): Promise<void> {
  for (const [path, text] of Object.entries(completion.files))
    await writeFileAtomically(join(completion.directory, path), text)
  if (completion.edits.length > 0) await editManifestFile(join(completion.directory, manifestName), completion.edits)
}

function missingFields(present: JsonObject, wanted: JsonObject): readonly ManifestEdit[] {
  const fields = WHOLE_FIELDS.flatMap((name): ManifestEdit[] => {
    const value = wanted[name]
    return value === undefined || present[name] !== undefined ? [] : [{ kind: 'field', path: [name], value }]
  })
  const scripts = missingEntries(present.scripts, wanted.scripts).map(([name, value]): ManifestEdit => ({
    kind: 'field',
    path: ['scripts', name],
    value,
  }))
  const asked = { ...asJsonObject(present.dependencies), ...asJsonObject(present.devDependencies) }
  const tools = missingEntries(asked, wanted.devDependencies).map(([name, specifier]): ManifestEdit => ({
    kind: 'set',
    section: 'devDependencies',
    name,
    specifier,
  }))
  return [...fields, ...scripts, ...tools]
}

function missingEntries(present: unknown, wanted: unknown): readonly (readonly [string, string])[] {
  const there = asJsonObject(present) ?? {}
  return Object.entries(asJsonObject(wanted) ?? {}).flatMap(([name, value]) =>
    typeof value !== 'string' || name in there ? [] : [[name, value] as const],
  )
}
