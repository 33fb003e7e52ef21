/**
 * Keeping a store in order: verify, collect, measure. The caller holds the store's lock exclusively for the first two, so
 * nothing here meets an install at work. Every removal is a rename out of `packages` first: a kill leaves an entry or none.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Integrity } from '@alkahest/core'
import { parseEntryFacts, parseEntryIndex } from './entry-index.ts'
import type { EntryIndex } from './entry-index.ts'
import { entryPaths } from './entry-paths.ts'
import { readUsedInstances } from './instances.ts'

export type DamagedEntry = {
  /** `name@version`, or the folder's name when not even that can be read. */
  readonly what: string
  /** One sentence. */
  readonly reason: string
}

export type VerifyReport = {
  readonly checked: number
  /** All of them were removed. */
  readonly damaged: readonly DamagedEntry[]
}

export type CollectReport = {
  readonly kept: number
  /** `name@version`. */
  readonly removed: readonly string[]
  /** How many instances went that no project shares any more. */
  readonly instances: number
  /** Of the removed entries, in bytes. */
  readonly bytes: number
}

export type StoreSize = { readonly packages: number; readonly files: number; readonly bytes: number }

export function verifyStore(store: string): VerifyReport {
  const damaged: DamagedEntry[] = []
  const entries = listEntries(store)
  for (const entry of entries) {
    const index = parseEntryIndex(readIndex(entry))
    const reason = index === undefined ? 'its index cannot be read' : findDamage(entry, index)
    if (reason === undefined) continue
    damaged.push({ what: whatOf(entry, index), reason })
    remove(store, entry)
  }
  emptyTemporary(store)
  return { checked: entries.length, damaged }
}

export function collectGarbage(store: string, keep: ReadonlySet<Integrity>): CollectReport {
  emptyTemporary(store)
  // First these: an entry is in use as long as an instance has hard links to its files.
  const unused = removeUnusedInstances(store)
  const kept = new Set([...keep].map((integrity) => entryPaths.entry(store, integrity)))
  const removed: string[] = []
  let bytes = 0
  const entries = listEntries(store)
  for (const entry of entries) {
    if (kept.has(entry) || isUsed(entry)) continue
    const index = parseEntryIndex(readIndex(entry))
    removed.push(whatOf(entry, index))
    bytes += index?.facts.files.reduce((sum, file) => sum + file.size, 0) ?? 0
    remove(store, entry)
  }
  removeDeadAliases(store)
  return { kept: entries.length - removed.length, removed: removed.sort(), instances: unused, bytes }
}

export function measureStore(store: string): StoreSize {
  let files = 0
  let bytes = 0
  const entries = listEntries(store)
  for (const entry of entries) {
    for (const file of parseEntryFacts(readIndex(entry))?.files ?? []) {
      files++
      bytes += file.size
    }
  }
  return { packages: entries.length, files, bytes }
}

/** Sorted, so that reports do not depend on the file system. */
function listEntries(store: string): readonly string[] {
  const packages = entryPaths.packages(store)
  if (!existsSync(packages)) return []
  return readdirSync(packages)
    .sort()
    .map((name) => join(packages, name))
}

function readIndex(entry: string): string {
  const path = entryPaths.index(entry)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function whatOf(entry: string, index: EntryIndex | undefined): string {
  const { name, version } = index?.facts ?? {}
  return name === undefined ? entry.slice(entry.lastIndexOf('/') + 1) : `${name}@${version ?? '?'}`
}

/** What is wrong with an entry, or undefined: every file there, of the right size, mode and content, and nothing else. */
function findDamage(entry: string, { facts, checksums }: EntryIndex): string | undefined {
  if (entryPaths.entry(join(entry, '..', '..'), facts.integrity) !== entry)
    return 'its index is that of another package'
  for (const [position, file] of facts.files.entries()) {
    const path = entryPaths.file(entry, file.path)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found?.isFile() !== true) return `${file.path} is missing`
    if (found.size !== file.size || crc32(readFileSync(path)) !== checksums[position]) return `${file.path} was changed`
    if (file.executable && (found.mode & 0o100) === 0) return `${file.path} is not executable any more`
  }
  const hasIndexAlone = readdirSync(entry).length === facts.files.length + 1
  return hasIndexAlone ? undefined : 'it holds files that do not belong to it'
}

/** Projects hard-link: a file with a second name is in use. */
function isUsed(entry: string): boolean {
  const facts = parseEntryFacts(readIndex(entry))
  return (
    facts?.files.some(
      (file) => (lstatSync(entryPaths.file(entry, file.path), { throwIfNoEntry: false })?.nlink ?? 0) > 1,
    ) ?? false
  )
}

function remove(store: string, entry: string): void {
  const grave = join(entryPaths.temporary(store), randomUUID())
  mkdirSync(entryPaths.temporary(store), { recursive: true })
  renameSync(entry, grave)
  rmSync(grave, { recursive: true, force: true })
}

function removeUnusedInstances(store: string): number {
  const used = readUsedInstances(store)
  const folder = entryPaths.instances(store)
  const unused = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => !used.has(name))
  for (const name of unused) remove(store, join(folder, name))
  return unused.length
}

function emptyTemporary(store: string): void {
  const temporary = entryPaths.temporary(store)
  if (!existsSync(temporary)) return
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true, force: true })
}

function removeDeadAliases(store: string): void {
  const aliases = entryPaths.aliases(store)
  if (!existsSync(aliases)) return
  for (const name of readdirSync(aliases)) {
    const path = join(aliases, name)
    const target = readFileSync(path, 'utf8').trim() as Integrity
    if (!existsSync(entryPaths.entry(store, target))) rmSync(path)
  }
}
