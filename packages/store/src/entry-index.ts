/**
 * The index of an entry: two lines of JSON. Installs read the first (facts and files), `verify` the second (a checksum per file).
 * Format: docs/internals/store.md, "On disk".
 */
import type { StoredFile, StoredPackage } from './stored-package.ts'

/** Belongs to the layout of the store (`v2`); an index of another format is not read. */
const FORMAT = 2

export type EntryFacts = Omit<StoredPackage, 'directory'>

export type EntryIndex = {
  readonly facts: EntryFacts
  /** CRC-32 of each file, in the order of `facts.files`. */
  readonly checksums: readonly number[]
}

/** `[path, size]`, and a 1 when it is executable. */
type FileRow = readonly [path: string, size: number, executable?: 1]

type FactsDocument = Omit<EntryFacts, 'files'> & { readonly format: number; readonly files: readonly FileRow[] }

export function formatEntryIndex(index: EntryIndex): string {
  const { files, ...facts } = index.facts
  const rows = files.map((file): FileRow => (file.executable ? [file.path, file.size, 1] : [file.path, file.size]))
  const document: FactsDocument = { format: FORMAT, ...facts, files: rows }
  return `${JSON.stringify(document)}\n${JSON.stringify(index.checksums)}\n`
}

/**
 * Undefined when the text is no index of this format: the entry is damaged, and as good as not there. Only we write indexes, so
 * a first line that is whole is believed.
 */
export function parseEntryFacts(text: string): EntryFacts | undefined {
  const document = parseDocument(text.slice(0, Math.max(0, text.indexOf('\n')))) as FactsDocument | undefined
  if (document?.format !== FORMAT) return undefined
  const { format: _, files, ...facts } = document
  return {
    ...facts,
    files: files.map(([path, size, executable]): StoredFile => ({ path, size, executable: executable === 1 })),
  }
}

/** Undefined as for {@link parseEntryFacts}. */
export function parseEntryIndex(text: string): EntryIndex | undefined {
  const facts = parseEntryFacts(text)
  const checksums = parseDocument(text.slice(text.indexOf('\n') + 1)) as readonly number[] | undefined
  if (facts === undefined || checksums?.length !== facts.files.length) return undefined
  return { facts, checksums }
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined // the answer: it is damaged
  }
}
