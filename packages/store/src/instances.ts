/**
 * Instances that projects share: a package's files together with links to what it may see, under a name that says all of that. The linker makes them;
 * the store gives them a place, all or nothing, and knows which projects use them. Layout: docs/internals/store.md, "Shared instances"
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { entryPaths } from './entry-paths.ts'

/** A project's note of what it uses. */
type Usage = {
  /** Absolute: a link which leads to the store's instances as long as the project uses them. */
  readonly link: string
  readonly instances: readonly string[]
}

export function hasInstance(store: string, name: string): boolean {
  return existsSync(join(entryPaths.instances(store), name))
}

/** Gives `make` a folder that does not exist yet, and the result its name; what another process was quicker with stays. */
export function addInstance(store: string, name: string, make: (folder: string) => void): void {
  const temporary = join(entryPaths.temporary(store), randomUUID())
  mkdirSync(entryPaths.temporary(store), { recursive: true })
  mkdirSync(entryPaths.instances(store), { recursive: true })
  try {
    make(temporary)
    renameSync(temporary, join(entryPaths.instances(store), name))
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true })
    if (!hasInstance(store, name)) throw cause
  }
}

/** Notes that a project uses these instances, in place of what it noted before. */
export function noteUsage(store: string, usage: Usage): void {
  const folder = entryPaths.projects(store)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, createHash('sha256').update(usage.link).digest('hex').slice(0, 32))
  const temporary = `${path}.${randomUUID()}`
  writeFileSync(temporary, JSON.stringify(usage))
  renameSync(temporary, path)
}

/** The names that some project uses. Notes of projects that are gone, or left this store, are removed. */
export function readUsedInstances(store: string): ReadonlySet<string> {
  const used = new Set<string>()
  const folder = entryPaths.projects(store)
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name)
    const usage = JSON.parse(readFileSync(path, 'utf8')) as Usage
    if (leadsTo(usage.link, entryPaths.instances(store))) for (const instance of usage.instances) used.add(instance)
    else rmSync(path)
  }
  return used
}

function leadsTo(link: string, target: string): boolean {
  return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(link) === target
}
