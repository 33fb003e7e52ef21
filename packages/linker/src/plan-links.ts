/** What is wanted minus what is there: a {@link LinkPlan}. Pure. Rules: docs/internals/linker.md, "The tree and the plan". */
import { invariant } from '@alkahest/core'
import type { InstanceId, ResolvedPackage } from '@alkahest/core'
import type { StoredPackage } from '@alkahest/store'
import type { BinConflict } from './choose-bins.ts'
import type { Layout } from './choose-layout.ts'
import { computeTree } from './compute-tree.ts'
import { contentOf, plainContent } from './content.ts'
import type { FoundLinks, InstalledState } from './installed-state.ts'
import { ALK_FOLDER, fallbackFolder, instanceLink, instanceModules, memberModules, sharedName } from './paths.ts'
import { planBuilds } from './plan-builds.ts'
import type { PlannedBuild } from './plan-builds.ts'
import { summarize } from './plan-summary.ts'
import type { PlanSummary } from './plan-summary.ts'
import type { Selection, SkippedInstance } from './select-instances.ts'
import type { InstanceUnit, Links, Tree } from './tree.ts'

export type PlanInput = {
  readonly selection: Selection
  /** Undefined: nothing is installed. */
  readonly installed: InstalledState | undefined
  /** Asked only for packages whose files are not in place already; they must be in the store by then. */
  readonly storedOf: (pkg: ResolvedPackage) => StoredPackage | undefined
  /** The commands of members and linked folders, by instance id: command to path in their folder. */
  readonly bins?: ReadonlyMap<InstanceId, Links>
  readonly layout?: Layout
  /** Packages whose build may run: they get copies of their files, since a build changes them, and stand in the project. */
  readonly hasOwnFiles?: (pkg: ResolvedPackage) => boolean
  /** Whether the machine's store has an instance; needed for the shared layout. */
  readonly hasInstance?: (name: string) => boolean
}

/** What linking needs to know of a stored package. */
export type PackageFiles = {
  /** Absolute: where the files lie, each under its `storedName`. */
  readonly directory: string
  readonly files: readonly { readonly path: string }[]
  /** Commands of which each project gets a mended copy. */
  readonly crlfBins: readonly string[]
}

export type InstanceBuild = {
  readonly folder: string
  readonly unit: InstanceUnit
  readonly files: PackageFiles
}

export type LinkChange = {
  /** POSIX, relative to the root. */
  readonly path: string
  /** What it shall point at; undefined removes it. */
  readonly target: string | undefined
}

export type LinkPlan = {
  /** What stands there when the plan was applied. */
  readonly tree: Tree
  /** Instances that are not there. */
  readonly creates: readonly InstanceBuild[]
  /** Instances that the machine's store does not have yet. */
  readonly shares: readonly InstanceBuild[]
  /** Instances whose place is taken by other files. */
  readonly rebuilds: readonly InstanceBuild[]
  /** Folders of instances that nobody needs any more. */
  readonly removes: readonly string[]
  /** Links and commands of members, and of instances that stay. */
  readonly changes: readonly LinkChange[]
  /** New packages whose builds are to run, in this order. */
  readonly builds: readonly PlannedBuild[]
  readonly summary: PlanSummary
  readonly skipped: readonly SkippedInstance[]
  readonly binConflicts: readonly BinConflict[]
  readonly isEmpty: boolean
}

export function planLinks(input: PlanInput): LinkPlan {
  const { selection, installed, layout = 'isolated', hasInstance = () => false } = input
  const packages = new KnownPackages(installed, input.storedOf)
  const builds = planBuilds(selection, input.hasOwnFiles ?? (() => false))
  const { tree, instances, units, binConflicts } = computeTree({
    selection,
    layout,
    binOf: (pkg) => packages.binOf(pkg),
    bins: input.bins ?? new Map<InstanceId, Links>(),
    builds,
  })
  const filesOf = (folder: string): PackageFiles => packages.stored(instances.get(folder)?.package as ResolvedPackage)
  const shares = Object.keys(tree.shared)
    .filter((folder) => !hasInstance(sharedName(folder)))
    .map((folder) => ({ folder, unit: units.get(folder) as InstanceUnit, files: filesOf(folder) }))
  const plan = planTree(tree, { installed, shares, filesOf })
  const fresh = new Set([...plan.creates, ...plan.rebuilds].map(({ folder }) => folder))
  const due = [...builds.values()].filter(({ folder }) => fresh.has(folder))
  return { ...plan, builds: due, skipped: selection.skipped, binConflicts }
}

export type PlanTreeInput = {
  readonly installed: InstalledState | undefined
  /** Those of the tree that the machine's store does not have yet. */
  readonly shares: readonly InstanceBuild[]
  /** The files of the package that shall stand in a folder. */
  readonly filesOf: (folder: string) => PackageFiles
}

/** The plan for a tree that is computed already. */
export function planTree(tree: Tree, input: PlanTreeInput): Omit<LinkPlan, 'builds' | 'skipped' | 'binConflicts'> {
  const { installed, shares, filesOf } = input
  const creates: InstanceBuild[] = []
  const rebuilds: InstanceBuild[] = []
  const changes: LinkChange[] = []
  const linked = linkedFallbacks(installed?.members.get(ALK_FOLDER)?.links)
  for (const [folder, unit] of Object.entries(tree.instances)) {
    const old = installed?.instances.get(folder) ?? (linked.has(folder) ? 'unsure' : undefined)
    if (old === undefined) creates.push({ folder, unit, files: filesOf(folder) })
    else if (old === 'unsure' || old.content !== unit.content || old.name !== unit.name) {
      rebuilds.push({ folder, unit, files: filesOf(folder) })
    } else changes.push(...instanceChanges(folder, old, unit))
  }
  changes.push(...memberChanges(tree, installed))
  // Where a link takes the place of a package, setting it takes the package away.
  const replaced = linkedFallbacks(new Map(Object.entries(tree.members[ALK_FOLDER]?.links ?? {})))
  const removes = [...(installed?.instances.keys() ?? [])]
    .filter((folder) => !(folder in tree.instances) && !replaced.has(folder))
    .sort()
  const steps = [creates, shares, rebuilds, removes, changes]
  return {
    tree,
    creates,
    shares,
    rebuilds,
    removes,
    changes,
    summary: summarize(tree, installed?.tree),
    isEmpty: steps.every((list) => list.length === 0),
  }
}

/** The places of the links that stand in the fallback folder. */
function linkedFallbacks(links: FoundLinks = new Map()): ReadonlySet<string> {
  const standing = [...links].filter(([, target]) => target !== undefined)
  return new Set(standing.map(([alias]) => fallbackFolder(alias)))
}

function instanceChanges(folder: string, old: InstanceUnit, unit: InstanceUnit): readonly LinkChange[] {
  return [
    ...compareLinks((alias) => instanceLink(folder, unit.name, alias), new Map(Object.entries(old.links)), unit.links),
    ...compareLinks(
      (command) => `${instanceModules(folder)}/.bin/${command}`,
      new Map(Object.entries(old.bins)),
      unit.bins,
    ),
  ]
}

function memberChanges(tree: Tree, installed: InstalledState | undefined): readonly LinkChange[] {
  const paths = new Set([...Object.keys(tree.members), ...(installed?.members.keys() ?? [])])
  const changes: LinkChange[] = []
  for (const path of [...paths].sort()) {
    const wanted = tree.members[path]
    const old = installed?.members.get(path)
    const modules = memberModules(path)
    changes.push(
      ...compareLinks((alias) => `${modules}/${alias}`, old?.links ?? new Map<string, string>(), wanted?.links ?? {}),
    )
    changes.push(
      ...compareLinks(
        (command) => `${modules}/.bin/${command}`,
        old?.bins ?? new Map<string, string>(),
        wanted?.bins ?? {},
      ),
    )
  }
  return changes
}

/** An old target of undefined means that something, perhaps nothing, is there. */
function compareLinks(
  pathOf: (name: string) => string,
  old: ReadonlyMap<string, string | undefined>,
  wanted: Links,
): readonly LinkChange[] {
  const changes: LinkChange[] = []
  for (const [name, target] of Object.entries(wanted)) {
    if (old.get(name) !== target) changes.push({ path: pathOf(name), target })
  }
  for (const name of old.keys()) {
    if (!Object.hasOwn(wanted, name)) changes.push({ path: pathOf(name), target: undefined })
  }
  return changes
}

/** Answers for packages from what is installed where that is enough, and from the store otherwise. */
class KnownPackages {
  readonly #installedBins = new Map<string, Links>()
  readonly #storedOf: PlanInput['storedOf']
  readonly #known = new Map<ResolvedPackage, StoredPackage>()

  constructor(installed: InstalledState | undefined, storedOf: PlanInput['storedOf']) {
    this.#storedOf = storedOf
    const shared = Object.values(installed?.tree?.shared ?? {})
    for (const unit of [...shared, ...(installed?.instances.values() ?? [])]) {
      if (unit !== 'unsure') this.#installedBins.set(plainContent(unit.content), unit.bin)
    }
  }

  binOf(pkg: ResolvedPackage): Links {
    return this.#installedBins.get(contentOf(pkg)) ?? this.stored(pkg).bin
  }

  stored(pkg: ResolvedPackage): StoredPackage {
    const known = this.#known.get(pkg) ?? this.#storedOf(pkg)
    invariant(known !== undefined, `${pkg.id} must be in the store before it is linked`)
    this.#known.set(pkg, known)
    return known
  }
}
