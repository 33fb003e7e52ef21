/**
 * Results of builds that nobody used for a while go. Who uses them cannot be seen, as with packages (projects have copies),
 * so each use leaves its time on the result's folder; what is missed is only built again.
 */
import { existsSync, lstatSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

/** A result that was not used for so many days is old. */
const UNUSED_DAYS_MAX = 30

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

export type CollectBuildsOptions = {
  /** Where `runDependencyBuilds` keeps its results, absolute. */
  readonly cacheDirectory: string
  /** Milliseconds since 1970. */
  readonly now: number
}

export type CollectBuildsReport = {
  /** How many results went; outputs of failed builds and what killed installs left are not counted. */
  readonly removed: number
  /** Of all that went, in bytes. */
  readonly bytes: number
}

/** The caller sees to it that no install is at work: one could be copying a result. */
export function collectBuilds({ cacheDirectory, now }: CollectBuildsOptions): CollectBuildsReport {
  if (!existsSync(cacheDirectory)) return { removed: 0, bytes: 0 }
  const oldest = now - UNUSED_DAYS_MAX * MILLISECONDS_PER_DAY
  let removed = 0
  let bytes = 0
  const isOld = (name: string): boolean => isLeftOver(name) || lastUseOf(cacheDirectory, name) < oldest
  for (const name of readdirSync(cacheDirectory).filter(isOld)) {
    const path = join(cacheDirectory, name)
    bytes += sizeOf(path)
    if (isResult(name)) removed++
    rmSync(path, { recursive: true, force: true })
  }
  return { removed, bytes }
}

/** Leaves the time of a use, which {@link collectBuilds} goes by. */
export function noteBuildUse(kept: string): void {
  const now = new Date()
  utimesSync(kept, now, now)
}

/** `<key>`: a folder; `<key>.log` is what the build printed, `<key>.<uuid>` a result that a killed install did not finish. */
function isResult(name: string): boolean {
  return !name.includes('.')
}

function isLeftOver(name: string): boolean {
  return !isResult(name) && !name.endsWith('.log')
}

/** An output lives as long as its result. */
function lastUseOf(cacheDirectory: string, name: string): number {
  const result = join(cacheDirectory, name.replace(/\.log$/, ''))
  return statSync(existsSync(result) ? result : join(cacheDirectory, name)).mtimeMs
}

function sizeOf(path: string): number {
  const found = lstatSync(path)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
