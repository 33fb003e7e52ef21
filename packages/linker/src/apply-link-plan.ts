/**
 * A {@link LinkPlan} onto the disk: the new tree, or an error and the old one. The five steps, and why a kill between any two of them is
 * harmless, are in docs/internals/linker.md, "Applying".
 */
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { invariant } from '@alkahest/core'
import type { Store } from '@alkahest/store'
import { noteBeginning } from './begin.ts'
import { buildInstance } from './build-instance.ts'
import type { BuildCounts } from './build-instance.ts'
import { linkError } from './disk-error.ts'
import type { EarlyInstances } from './early-instances.ts'
import { FilePlacer } from './file-placer.ts'
import { foreignEntries, foreignManager } from './foreign-modules.ts'
import { formatState, writeState } from './install-inputs.ts'
import type { InstallInputs } from './install-inputs.ts'
import { requireOwnModules } from './own-modules.ts'
import { readTree } from './installed-state.ts'
import {
  ALK_FOLDER,
  emptyFloor,
  FALLBACK_MODULES,
  instanceModules,
  memberModules,
  SHARED_LINK,
  sharedName,
  statePaths,
} from './paths.ts'
import type { PlannedBuild } from './plan-builds.ts'
import type { LinkPlan } from './plan-links.ts'
import type { PlanSummary } from './plan-summary.ts'
import type { ProjectLock } from './project-lock.ts'
import type { SkippedInstance } from './select-instances.ts'
import { HALF_LINK, makeFolder, removeEmptyAbove, removeLink, setLink } from './set-link.ts'
import { Trash } from './trash.ts'
import { formatTree } from './tree.ts'
import { UndoLog } from './undo-log.ts'

/** How long to link without letting timers and signals in, in milliseconds. */
const SLICE_MS = 20

export type ApplyOptions = {
  readonly lock: ProjectLock
  readonly inputs: InstallInputs
  /** Called now and then: instances built so far, and how many there will be. */
  readonly onProgress?: (done: number, total: number) => void
  /** Where instances of the shared layout are kept; needed for a plan of that layout. */
  readonly store?: Store
  /**
   * Runs the plan's builds, when it has any: everything is in its place and nothing is committed, so an error here takes
   * the whole install back, and after a kill the next one builds again.
   */
  readonly runBuilds?: (builds: readonly InstanceToBuild[]) => Promise<void>
  /** Copies files instead of linking them, also where links would work. */
  readonly copy?: boolean
  /** What was built before there was a plan; it is taken over, whatever comes of it. */
  readonly early?: EarlyInstances
}

export type InstanceToBuild = PlannedBuild & {
  /** Absolute: the package's own folder. */
  readonly directory: string
}

export type LinkReport = {
  readonly summary: PlanSummary
  readonly skipped: readonly SkippedInstance[]
  /** The package manager whose tree stood here and was replaced; undefined when there was none. */
  readonly replaced: string | undefined
  /** Sentences about what went wrong without doing harm. */
  readonly warnings: readonly string[]
  readonly counts: LinkCounts
}

export type LinkCounts = {
  /** Files that are hard links into the store. */
  readonly linked: number
  /** Files that are clones or copies. */
  readonly copied: number
  readonly symlinks: number
  readonly folders: number
  /** Instances that were taken away. */
  readonly removed: number
}

/** Throws `INSTALL_WRITE_FAILED` after everything was put back. */
export async function applyLinkPlan(plan: LinkPlan, options: ApplyOptions): Promise<LinkReport> {
  const { root } = options.lock
  const application = new Application(plan, options)
  try {
    await application.run()
  } catch (cause) {
    const failures = application.undo()
    if (failures.length === 0) throw linkError(root, cause)
    const message = `the install in ${root} failed and could not be undone entirely`
    throw new AggregateError([cause, ...failures], message, { cause })
  }
  return application.report()
}

class Application {
  readonly #plan: LinkPlan
  readonly #options: ApplyOptions
  readonly #root: string
  readonly #undo: UndoLog
  readonly #placer: FilePlacer
  readonly #warnings: string[] = []
  #replaced: string | undefined
  #symlinks: number
  #folders: number

  constructor(plan: LinkPlan, options: ApplyOptions) {
    this.#plan = plan
    this.#options = options
    this.#root = options.lock.root
    this.#undo = options.early?.undo ?? new UndoLog()
    this.#placer = options.early?.placer ?? new FilePlacer({ copy: options.copy === true })
    this.#folders = options.early?.counts.folders ?? 0
    this.#symlinks = options.early?.counts.symlinks ?? 0
  }

  async run(): Promise<void> {
    for (const [path, { links }] of Object.entries(this.#plan.tree.members)) {
      if (Object.keys(links).length > 0) requireOwnModules(this.#path(memberModules(path)))
    }
    const trash = new Trash(this.#path(statePaths.trash))
    rmSync(this.#path(statePaths.next), { recursive: true, force: true })
    const wasInterrupted = existsSync(this.#path(statePaths.pending))
    if (wasInterrupted || !this.#plan.isEmpty || !this.#isRecorded() || this.#foreignMembers().length > 0) {
      if (wasInterrupted) this.#removeHalves()
      noteBeginning(this.#root, this.#plan.tree, this.#undo)
      await this.#share()
      await this.#build()
      this.#switch(trash)
      await this.#runBuilds()
      renameSync(this.#path(statePaths.pending), this.#path(statePaths.tree))
    }
    this.#tidyUp(trash)
  }

  /** The new tree stands: what fails from here on is left to the next install, and said. */
  #tidyUp(trash: Trash): void {
    try {
      trash.empty()
      if (this.#plan.tree.layout === 'shared') this.#noteUsage(Object.keys(this.#plan.tree.shared))
      rmSync(this.#path(statePaths.next), { recursive: true, force: true })
      const state = formatState(this.#root, this.#plan.tree, this.#options.inputs)
      if (state !== undefined) writeState(this.#root, state)
    } catch (cause) {
      this.#warnings.push(
        `everything is installed, but node_modules/.alk could not be tidied up: ${(cause as Error).message}`,
      )
    }
  }

  /** Whether `tree.json` says what the plan leads to; a plan can be empty without, when members came or went that link nothing. */
  #isRecorded(): boolean {
    const path = this.#path(statePaths.tree)
    return existsSync(path) && readFileSync(path, 'utf8') === formatTree(this.#plan.tree)
  }

  undo(): readonly unknown[] {
    return this.#undo.undo()
  }

  report(): LinkReport {
    const { summary, skipped, removes } = this.#plan
    const { linked, copied } = this.#placer
    const counts = { linked, copied, symlinks: this.#symlinks, folders: this.#folders, removed: removes.length }
    return { summary, skipped, replaced: this.#replaced, warnings: this.#warnings, counts }
  }

  #path(relative: string): string {
    return join(this.#root, relative)
  }

  /** A kill between the two steps of replacing a link leaves its temporary name, and one between a folder and what goes into it a folder. */
  #removeHalves(): void {
    const folders = new Set(this.#plan.changes.map(({ path }) => this.#path(posix.dirname(path))))
    for (const path of Object.keys(this.#plan.tree.members)) folders.add(this.#path(memberModules(path)))
    for (const folder of folders) {
      if (!existsSync(folder)) continue
      for (const name of readdirSync(folder)) if (name.endsWith(HALF_LINK)) rmSync(join(folder, name))
    }
    const fallbacks = this.#path(`${ALK_FOLDER}/${FALLBACK_MODULES}`)
    const scopes = existsSync(fallbacks) ? readdirSync(fallbacks).filter((name) => name.startsWith('@')) : []
    for (const folder of [...scopes.map((scope) => join(fallbacks, scope)), fallbacks]) {
      if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
    }
  }

  /** Instances of the shared layout need no undoing: nobody sees them before a link leads there, and other projects may want them. */
  async #share(): Promise<void> {
    const { tree, shares } = this.#plan
    if (tree.layout !== 'shared') return
    const store = this.#store()
    const before = readTree(this.#path(statePaths.tree))
    this.#noteUsage([...Object.keys(before?.shared ?? {}), ...Object.keys(tree.shared)])
    await this.#inSlices(shares, (build) => {
      store.addInstance(sharedName(build.folder), (folder) =>
        this.#countBuild(buildInstance(folder, build, this.#placer)),
      )
    })
  }

  #noteUsage(folders: readonly string[]): void {
    const names = [...new Set(folders.map((folder) => sharedName(folder)))]
    this.#store().noteUsage(this.#path(`${ALK_FOLDER}/${SHARED_LINK}`), names)
  }

  #store(): Store {
    const { store } = this.#options
    invariant(store !== undefined, 'a plan of the shared layout is applied with a store')
    return store
  }

  /** New instances in their places, where nobody looks yet; those that take another's place aside. */
  async #build(): Promise<void> {
    const { creates, rebuilds } = this.#plan
    const next = this.#path(statePaths.next)
    this.#undo.add(() => rmSync(next, { recursive: true, force: true }))
    const early = this.#options.early?.take(this.#plan.tree.instances)
    const builds = [
      ...creates
        .filter(({ folder }) => early?.has(folder) !== true)
        .map((build) => ({ build, folder: this.#path(`${ALK_FOLDER}/${build.folder}`) })),
      ...rebuilds.map((build) => ({ build, folder: join(next, build.folder) })),
    ]
    for (const folder of new Set(builds.map(({ folder }) => dirname(folder)))) makeFolder(folder, this.#undo)
    await this.#inSlices(builds, ({ folder, build }) => {
      this.#undo.add(() => rmSync(folder, { recursive: true, force: true }))
      this.#countBuild(buildInstance(folder, build, this.#placer))
    })
  }

  /** Works through the list, letting timers and signals in between. */
  async #inSlices<Item>(list: readonly Item[], work: (item: Item) => void): Promise<void> {
    let yieldAt = performance.now() + SLICE_MS
    for (const [done, item] of list.entries()) {
      work(item)
      if (performance.now() < yieldAt) continue
      this.#options.onProgress?.(done + 1, list.length)
      await yieldToEvents()
      yieldAt = performance.now() + SLICE_MS
    }
    if (list.length > 0) this.#options.onProgress?.(list.length, list.length)
  }

  #countBuild(counts: BuildCounts): void {
    this.#folders += counts.folders
    this.#symlinks += counts.symlinks
  }

  #switch(trash: Trash): void {
    const undo = this.#undo
    this.#replaceForeign(trash)
    const shared = this.#path(`${ALK_FOLDER}/${SHARED_LINK}`)
    if (this.#plan.tree.layout === 'shared') setLink(shared, this.#store().instancesDirectory, { undo, trash })
    else removeLink(shared, dirname(shared), { undo, trash })
    for (const { folder } of this.#plan.rebuilds) {
      const place = this.#path(`${ALK_FOLDER}/${folder}`)
      const next = join(this.#path(statePaths.next), folder)
      if (lstatSync(place, { throwIfNoEntry: false }) === undefined) makeFolder(dirname(place), undo)
      else trash.take(place, undo)
      renameSync(next, place)
      undo.add(() => renameSync(place, next))
    }
    for (const { path, target } of this.#plan.changes) {
      if (target === undefined) {
        removeLink(this.#path(path), this.#path(emptyFloor(path)), { undo, trash })
        continue
      }
      setLink(this.#path(path), target, { undo, trash })
      this.#symlinks++
    }
    for (const folder of this.#plan.removes) {
      const place = this.#path(`${ALK_FOLDER}/${folder}`)
      if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) trash.take(place, undo)
      removeEmptyAbove(place, this.#path(ALK_FOLDER), undo)
    }
  }

  async #runBuilds(): Promise<void> {
    const { builds } = this.#plan
    if (builds.length === 0) return
    const { runBuilds } = this.#options
    invariant(runBuilds !== undefined, 'a plan with builds is applied with something that runs them')
    const directoryOf = ({ folder, name }: PlannedBuild): string => join(this.#path(instanceModules(folder)), name)
    await runBuilds(builds.map((build) => ({ ...build, directory: directoryOf(build) })))
  }

  #foreignMembers(): readonly { readonly modules: string; readonly manager: string }[] {
    return Object.keys(this.#plan.tree.members).flatMap((path) => {
      const modules = this.#path(memberModules(path))
      const manager = foreignManager(modules)
      return manager === undefined ? [] : [{ modules, manager }]
    })
  }

  /** The plan knows nothing of these folders: it sets every link again after they are gone. */
  #replaceForeign(trash: Trash): void {
    for (const { modules, manager } of this.#foreignMembers()) {
      this.#replaced ??= manager
      for (const name of foreignEntries(modules)) trash.take(join(modules, name), this.#undo)
    }
  }
}
