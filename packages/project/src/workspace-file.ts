/** pnpm-workspace.yaml: members, catalogs and overrides of a workspace, in pnpm's own syntax. */
import { join } from 'node:path'
import { asJsonObject, userError } from '@alkahest/core'
import type { DependencyMap, Json } from '@alkahest/core'
import { readTextFile } from './file.ts'

export const workspaceFileName = 'pnpm-workspace.yaml'

/** Written by people: far below this. */
const WORKSPACE_FILE_LENGTH_MAX = 1024 * 1024

export type WorkspaceFile = {
  /** Empty when the file only holds settings: then there are no members but the root. */
  readonly packages: readonly string[]
  /** By catalog; `default` is what a bare `catalog:` means. */
  readonly catalogs: Readonly<Record<string, DependencyMap>>
  readonly overrides: Readonly<Record<string, string>>
}

/** The file in a folder, or undefined when there is none. Throws `WORKSPACE_INVALID`, naming line and field. */
export async function readWorkspaceFile(root: string): Promise<WorkspaceFile | undefined> {
  const text = await readTextFile(join(root, workspaceFileName), workspaceFileName)
  return text === undefined ? undefined : parseWorkspaceFile(text, workspaceFileName)
}

/** Reads the text of a pnpm-workspace.yaml or throws `WORKSPACE_INVALID`. */
export async function parseWorkspaceFile(text: string, place: string): Promise<WorkspaceFile> {
  if (text.length > WORKSPACE_FILE_LENGTH_MAX) throw invalid(`${place} is over ${WORKSPACE_FILE_LENGTH_MAX} characters`)
  const document = asJsonObject(await parseYaml(text, place))
  if (document === undefined) throw invalid(`${place} does not hold a mapping`)
  const packages = document.packages ?? []
  if (!Array.isArray(packages) || !packages.every((entry) => typeof entry === 'string')) {
    throw invalid(`"packages" in ${place} is not a list of texts`)
  }
  return {
    packages,
    catalogs: readCatalogs(document.catalog, document.catalogs, place),
    overrides: readTexts(document.overrides, 'overrides', place),
  }
}

/** Loaded when there is a file to read: most projects have none, and starting costs. */
async function parseYaml(text: string, place: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' })
  const mistake = document.errors[0]
  if (mistake !== undefined) {
    const { line, col } = lines.linePos(mistake.pos[0])
    throw invalid(`${place}:${line}:${col} is not valid YAML: ${mistake.message}`)
  }
  // An alias bomb would grow here; no real file repeats a node more than a few times.
  return document.toJS({ maxAliasCount: 100 }) ?? {}
}

function readCatalogs(plain: Json | undefined, named: Json | undefined, place: string): Record<string, DependencyMap> {
  const catalogs = named === undefined ? {} : asJsonObject(named)
  if (catalogs === undefined) throw invalid(`"catalogs" in ${place} is not a mapping`)
  const read = Object.entries(catalogs).map(
    ([name, value]) => [name, readTexts(value, `catalogs.${name}`, place)] as const,
  )
  if (plain === undefined) return Object.fromEntries(read)
  if (catalogs.default !== undefined)
    throw invalid(`${place} has both "catalog" and "catalogs.default": they are the same one`)
  return Object.fromEntries([['default', readTexts(plain, 'catalog', place)] as const, ...read])
}

function readTexts(value: Json | undefined, field: string, place: string): Readonly<Record<string, string>> {
  const object = value === undefined || value === null ? {} : asJsonObject(value)
  if (object === undefined || Object.values(object).some((entry) => typeof entry !== 'string')) {
    throw invalid(`"${field}" in ${place} is not a mapping of names to texts`)
  }
  return object as Record<string, string>
}

function invalid(sentence: string): Error {
  return userError('WORKSPACE_INVALID', sentence)
}
