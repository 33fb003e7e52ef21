/**
 * Instances that are built while other packages still travel: new ones, each as soon as its package is in the store. What a package's commands
 * are is not known before that, and matters to no instance but those whose build runs; they wait for the plan.
 * `applyLinkPlan` takes over what was built. Rules: docs/internals/linker.md, "Applying".
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Instance, InstanceId, PackageId, ResolvedPackage } from '@alkahest/core'
import type { StoredPackage } from '@alkahest/store'
import { noteBeginning } from './begin.ts'
import { buildInstance } from './build-instance.ts'
import type { BuildCounts } from './build-instance.ts'
import { computeTree } from './compute-tree.ts'
import { hasOwnFiles } from './content.ts'
import { linkError } from './disk-error.ts'
import { FilePlacer } from './file-placer.ts'
import type { InstalledState } from './installed-state.ts'
import { ALK_FOLDER } from './paths.ts'
import { planBuilds } from './plan-builds.ts'
import { planTree } from './plan-links.ts'
import type { InstanceBuild } from './plan-links.ts'
import type { ProjectLock } from './project-lock.ts'
import type { Selection } from './select-instances.ts'
import { makeFolder } from './set-link.ts'
import type { InstanceUnit, Links, Tree } from './tree.ts'
import { UndoLog } from './undo-log.ts'

export type EarlyOptions = {
  readonly lock: ProjectLock
  readonly selection: Selection
  /** As it was read for the plan that will be applied. */
  readonly installed: InstalledState | undefined
  /** Packages whose build may run. */
  readonly hasOwnFiles: (pkg: ResolvedPackage) => boolean
}

/** For the isolated layout. */
export function openEarlyInstances(options: EarlyOptions): EarlyInstances {
  return new EarlyInstances(options)
}

export class EarlyInstances {
  /** Of everything that was done. */
  readonly undo: UndoLog = new UndoLog()
  readonly placer: FilePlacer = new FilePlacer()
  readonly counts: BuildCounts = { folders: 0, symlinks: 0 }
  readonly #root: string
  readonly #tree: Tree
  /** By package: what is to be built when it comes. */
  readonly #waiting = new Map<PackageId, Omit<InstanceBuild, 'files'>[]>()
  readonly #built = new Map<string, InstanceUnit>()
  #wasTaken = false

  constructor({ lock, selection, installed, hasOwnFiles: mayBuild }: EarlyOptions) {
    this.#root = lock.root
    const { tree, instances } = computeTree({
      selection,
      layout: 'isolated',
      binOf: () => ({}),
      bins: new Map<InstanceId, Links>(),
      builds: planBuilds(selection, mayBuild),
    })
    this.#tree = tree
    const filesOf = (): InstanceBuild['files'] => ({ directory: '', files: [], crlfBins: [] }) // not known yet
    for (const { folder, unit } of planTree(tree, { installed, shares: [], filesOf }).creates) {
      if (hasOwnFiles(unit.content)) continue
      const { id } = (instances.get(folder) as Instance).package
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { folder, unit }])
    }
  }

  /** Builds the instances of a package that is in the store now. Throws `INSTALL_WRITE_FAILED`. */
  place({ id }: ResolvedPackage, files: StoredPackage): void {
    const builds = this.#waiting.get(id) ?? []
    this.#waiting.delete(id)
    try {
      for (const build of builds) this.#build({ ...build, files })
    } catch (cause) {
      throw linkError(this.#root, cause)
    }
  }

  /** Hands everything over to a plan: what it takes back is taken back with it. Instances that it wants otherwise, or not at all, go. */
  take(wanted: Readonly<Record<string, InstanceUnit>>): ReadonlySet<string> {
    this.#wasTaken = true
    for (const [folder, unit] of this.#built) {
      if (isSameOnDisk(unit, wanted[folder])) continue
      rmSync(join(this.#root, ALK_FOLDER, folder), { recursive: true, force: true })
      this.#built.delete(folder)
    }
    return new Set(this.#built.keys())
  }

  /** Takes back what nobody took over. */
  [Symbol.dispose](): void {
    if (this.#wasTaken) return
    const failures = this.undo.undo()
    if (failures.length > 0) {
      throw new AggregateError(failures, `what was begun in ${this.#root} could not be undone entirely`)
    }
  }

  #build(build: InstanceBuild): void {
    if (this.#built.size === 0) noteBeginning(this.#root, this.#tree, this.undo)
    const folder = join(this.#root, ALK_FOLDER, build.folder)
    makeFolder(dirname(folder), this.undo)
    this.undo.add(() => rmSync(folder, { recursive: true, force: true }))
    this.#built.set(build.folder, build.unit)
    const { folders, symlinks } = buildInstance(folder, build, this.placer)
    this.counts.folders += folders
    this.counts.symlinks += symlinks
  }
}

/** What a package offers its dependents lies with them. */
function isSameOnDisk(unit: InstanceUnit, wanted: InstanceUnit | undefined): boolean {
  return wanted !== undefined && isDeepStrictEqual({ ...unit, bin: {} }, { ...wanted, bin: {} })
}
