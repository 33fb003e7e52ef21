/**
 * Two versions of a package beside each other, file by file, as unified diffs. Both are read from the store, so that what
 * a stranger packed has passed its rules: no links, no paths that leave the package, limits on everything.
 */
import { userError } from '@alkahest/core'
import { readBytes } from '@alkahest/project'
import { storedFile } from '@alkahest/store'
import type { StoredFile, StoredPackage } from '@alkahest/store'
import { structuredPatch } from 'diff'
import type { FileDifference } from './package-reports.ts'

/** In bytes. What is larger was written by a program, and is told by its sizes. */
const TEXT_SIZE_MAX = 1024 * 1024

/** Lines that differ in one file; the work grows with their square, up to a second. */
const CHANGED_LINES_MAX = 1000

/** The same for all files together; a file that has more than its own bound counts with that. */
const CHANGED_LINES_TOTAL_MAX = 100_000

/** Characters of all patches together: a terminal's worth of hours. */
const PATCHES_LENGTH_MAX = 16 * 1024 * 1024

/** Lines around each change. */
const CONTEXT_LINES = 3

/** What a reader looks at first: who it is, what it needs, what it runs. */
const MANIFEST = 'package.json'

/** Only files that differ: manifests first, the rest by path. */
export async function comparePackages(before: StoredPackage, after: StoredPackage): Promise<readonly FileDifference[]> {
  const old = byPath(before)
  const young = byPath(after)
  const differences: FileDifference[] = []
  let length = 0
  let changedLines = 0
  for (const path of [...new Set([...old.keys(), ...young.keys()])].sort(manifestsFirst)) {
    const sides = { before: await read(before, old.get(path)), after: await read(after, young.get(path)) }
    const linesMax = Math.min(CHANGED_LINES_MAX, Math.max(0, CHANGED_LINES_TOTAL_MAX - changedLines))
    const difference = compareFile(path, sides, linesMax)
    if (difference === undefined) continue
    length += difference.patch?.length ?? 0
    changedLines += difference.withheld === 'size' ? linesMax : difference.linesAdded + difference.linesRemoved
    differences.push(length > PATCHES_LENGTH_MAX ? { ...difference, patch: null, withheld: 'size' } : difference)
  }
  return differences
}

type Side = { readonly file: StoredFile; readonly bytes: Uint8Array } | undefined
type Sides = { readonly before: Side; readonly after: Side }

/** Undefined when both are the same. */
function compareFile(path: string, { before, after }: Sides, linesMax: number): FileDifference | undefined {
  const isSame = before !== undefined && after !== undefined && Buffer.compare(before.bytes, after.bytes) === 0
  if (isSame && before.file.executable === after.file.executable) return undefined
  const common = {
    path,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    sizeBefore: before?.bytes.length ?? null,
    sizeAfter: after?.bytes.length ?? null,
    executableBefore: before?.file.executable ?? null,
    executableAfter: after?.file.executable ?? null,
  } as const
  const withheld = (reason: 'binary' | 'size'): FileDifference => ({
    ...common,
    linesAdded: 0,
    linesRemoved: 0,
    patch: null,
    withheld: reason,
  })
  if (isBinary(before) || isBinary(after)) return withheld('binary')
  if (Math.max(common.sizeBefore ?? 0, common.sizeAfter ?? 0) > TEXT_SIZE_MAX) return withheld('size')
  const patch = structuredPatch(
    before === undefined ? '/dev/null' : `a/${path}`,
    after === undefined ? '/dev/null' : `b/${path}`,
    textOf(before),
    textOf(after),
    undefined,
    undefined,
    { context: CONTEXT_LINES, maxEditLength: linesMax },
  )
  if (patch === undefined) return withheld('size')
  const lines = patch.hunks.flatMap((hunk) => hunk.lines)
  return {
    ...common,
    linesAdded: lines.filter((line) => line.startsWith('+')).length,
    linesRemoved: lines.filter((line) => line.startsWith('-')).length,
    patch: patch.hunks.length === 0 ? null : unified(patch),
    withheld: null,
  }
}

type Patch = NonNullable<ReturnType<typeof structuredPatch>>

function unified({ oldFileName, newFileName, hunks }: Patch): string {
  const lines = hunks.flatMap((hunk) => [
    `@@ -${spanOf(hunk.oldStart, hunk.oldLines)} +${spanOf(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ])
  return `--- ${oldFileName}\n+++ ${newFileName}\n${lines.join('\n')}\n`
}

/** An empty side starts before its first line, which the format calls 0. */
function spanOf(start: number, count: number): string {
  if (count === 1) return String(start)
  return `${count === 0 ? Math.max(0, start - 1) : start},${count}`
}

function byPath({ files }: StoredPackage): ReadonlyMap<string, StoredFile> {
  return new Map(files.map((file) => [file.path, file]))
}

async function read(stored: StoredPackage, file: StoredFile | undefined): Promise<Side> {
  const { name, version } = stored
  if (file === undefined) return undefined
  const bytes = await readBytes(storedFile(stored, file.path), file.path)
  if (bytes !== undefined) return { file, bytes }
  throw userError('FILE_UNREADABLE', `the store has no ${file.path} of ${name ?? 'a package'}@${version ?? '?'}`, {
    hint: 'run `alk store verify`, then try again',
  })
}

/** As git tells it: a zero byte near the beginning. */
function isBinary(side: Side): boolean {
  return side?.bytes.subarray(0, 8000).includes(0) === true
}

function textOf(side: Side): string {
  return side === undefined ? '' : Buffer.from(side.bytes).toString('utf8')
}

function manifestsFirst(left: string, right: string): number {
  const rank = (path: string): number => (path === MANIFEST ? 0 : path.endsWith(`/${MANIFEST}`) ? 1 : 2)
  return rank(left) - rank(right) || (left < right ? -1 : 1)
}
