/** Selection -> {@link Tree}: where every package, link and command stands. Pure. */
import { posix } from 'node:path'
import { asRange, memberPathOf, rangeHas } from '@alkahest/core'
import type { Instance, InstanceId, PackageId, ResolvedPackage } from '@alkahest/core'
import type { Layout } from './choose-layout.ts'
import { chooseBins } from './choose-bins.ts'
import type { BinConflict, BinOffer } from './choose-bins.ts'
import { chooseFallbacks } from './choose-fallbacks.ts'
import { contentOf, ownContent } from './content.ts'
import { ALK_FOLDER, fallbackFolder, instanceHome, instanceLink, isSharedFolder, memberModules } from './paths.ts'
import type { PlannedBuild } from './plan-builds.ts'
import { placeInstances } from './place-instances.ts'
import type { Edges } from './place-instances.ts'
import type { Selection } from './select-instances.ts'
import type { InstanceUnit, Links, MemberUnit, Tree } from './tree.ts'

export type TreeInput = {
  readonly selection: Selection
  readonly layout: Layout
  /** A package's own commands: command to path. */
  readonly binOf: (pkg: ResolvedPackage) => Links
  /** The commands of members and linked folders, by instance id. */
  readonly bins: ReadonlyMap<InstanceId, Links>
  /** Those get files of their own. */
  readonly builds: ReadonlyMap<InstanceId, PlannedBuild>
}

export type ComputedTree = {
  readonly tree: Tree
  /** By folder: the instance that stands there. */
  readonly instances: ReadonlyMap<string, Instance>
  /** By folder: all that stands in an instance, those in the machine's store included. */
  readonly units: ReadonlyMap<string, InstanceUnit>
  /** In members' `.bin` folders; those of packages concern nobody. */
  readonly binConflicts: readonly BinConflict[]
}

export function computeTree(input: TreeInput): ComputedTree {
  return new TreeComputer(input).compute()
}

class TreeComputer {
  readonly #input: TreeInput
  readonly #folders: ReadonlyMap<InstanceId, string>
  readonly #fallbacks: ReadonlyMap<string, InstanceId>
  /** What is found from the fallback folder upwards: in it, then among the root's own dependencies. Nothing in the shared layout. */
  readonly #visible: ReadonlyMap<string, InstanceId>
  readonly #binConflicts: BinConflict[] = []

  constructor(input: TreeInput) {
    this.#input = input
    this.#fallbacks = new Map(
      chooseFallbacks(input.selection, { edgesOf: (instance) => this.#declaredEdgesOf(instance), isPlaced }),
    )
    const ofRoot = (input.selection.members.get('.') ?? []).filter(({ target }) => this.#isHere(target))
    this.#visible =
      input.layout === 'shared'
        ? new Map()
        : new Map([...this.#fallbacks, ...ofRoot.map(({ alias, target }) => [alias, target] as const)])
    this.#folders = placeInstances(input.selection, input.layout, {
      visible: this.#visible,
      standsAlone: ({ id }) => input.builds.has(id),
      edgesOf: (instance) => this.#edgesOf(instance),
      isLocal: ({ id, package: pkg }) => pkg.integrity === undefined || input.builds.has(id),
    })
  }

  compute(): ComputedTree {
    const { selection } = this.#input
    const placed = [...selection.instances.values()].filter((instance) => isPlaced(instance))
    const instances = new Map(placed.map((instance) => [this.#folderOf(instance.id), instance]))
    const units = [...instances]
      .sort(byKey)
      .map(([folder, instance]): [string, InstanceUnit] => [folder, this.#instanceUnit(folder, instance)])
    const members = [...selection.members.keys()].map((path) => [path, this.#memberUnit(path)] as const)
    const fallbacks = this.#fallbackUnit()
    const shared = units
      .filter(([folder]) => isSharedFolder(folder))
      .map(([folder, { name, version, content, bin }]) => [folder, { name, version, content, bin }] as const)
    return {
      tree: {
        layout: this.#input.layout,
        instances: Object.fromEntries(units.filter(([folder]) => !isSharedFolder(folder))),
        shared: Object.fromEntries(shared),
        members: Object.fromEntries([...members, ...fallbacks].sort(byKey)),
      },
      instances,
      units: new Map(units),
      binConflicts: this.#binConflicts,
    }
  }

  /** Under the shared layout an unbound optional peer is what the fallback folder would give, since there is none. */
  #edgesOf(instance: Instance): Edges {
    const declared = this.#declaredEdgesOf(instance)
    if (this.#input.layout === 'isolated') return declared
    const unbound = instance.package.peers.filter(
      ({ name, optional }) => optional && !declared.some(([alias]) => alias === name),
    )
    if (unbound.length === 0) return declared
    const found = unbound.flatMap(({ name, range }): Edges => {
      const target = this.#fallbacks.get(name)
      const pkg = target && this.#input.selection.instances.get(target)?.package
      const accepted = asRange(range)
      if (target === undefined || pkg === undefined || accepted === undefined) return []
      return rangeHas(accepted, pkg.version, { includePrerelease: true }) ? [[name, target]] : []
    })
    return [...declared, ...found].sort(byKey)
  }

  #declaredEdgesOf(instance: Instance): Edges {
    const { bundled } = instance.package
    return (
      [...instance.dependencies, ...instance.peers]
        // What the tarball brings along lies in it already.
        .filter(([alias, target]) => this.#isHere(target) && !bundled.includes(alias))
        .sort(byKey)
    )
  }

  #instanceUnit(folder: string, instance: Instance): InstanceUnit {
    const { name, version } = instance.package
    const build = this.#input.builds.get(instance.id)
    const targets = this.#edgesOf(instance)
    const missing = targets.filter(([alias, target]) => {
      if (alias === name) return target !== instance.id // under its own name a package finds itself first
      return build !== undefined || this.#visible.get(alias) !== target
    })
    const links = missing.map(([alias, target]): [string, string] => {
      return [alias, this.#linkText(posix.dirname(instanceLink(folder, name, alias)), target)]
    })
    // Nobody starts commands beside a package unless its build runs.
    const users = build === undefined ? [] : targets.filter(([alias]) => alias !== name)
    const offers = users.map(([alias, target]) => this.#offer(alias, target))
    return {
      name,
      version,
      content: build === undefined ? contentOf(instance.package) : ownContent(contentOf(instance.package), build.hash),
      bin: this.#input.binOf(instance.package),
      links: Object.fromEntries(links),
      bins: chooseBins(offers),
    }
  }

  #memberUnit(path: string): MemberUnit {
    const targets = (this.#input.selection.members.get(path) ?? [])
      .filter(({ target }) => this.#isHere(target))
      .map(({ alias, target }): [string, InstanceId] => [alias, target])
      .sort(byKey)
    const links = targets.map(([alias, target]): [string, string] => {
      return [alias, this.#linkText(posix.dirname(`${memberModules(path)}/${alias}`), target)]
    })
    const offers = targets.map(([alias, target]) => this.#offer(alias, target))
    return {
      links: Object.fromEntries(links),
      bins: chooseBins(offers, (conflict) => this.#binConflicts.push(conflict)),
    }
  }

  /** None in the shared layout, where nothing of one project may lie above an instance. */
  #fallbackUnit(): readonly (readonly [path: string, unit: MemberUnit])[] {
    if (this.#input.layout === 'shared') return []
    const linked = [...this.#fallbacks].filter(([alias, target]) => this.#folderOf(target) !== fallbackFolder(alias))
    if (linked.length === 0) return []
    const links = linked.map(([alias, target]): [string, string] => {
      return [alias, this.#linkText(posix.dirname(`${memberModules(ALK_FOLDER)}/${alias}`), target)]
    })
    return [[ALK_FOLDER, { links: Object.fromEntries(links), bins: {} }]]
  }

  #offer(alias: string, target: InstanceId): BinOffer {
    const pkg = this.#input.selection.instances.get(target)?.package
    const given = this.#input.bins.get(target)
    const name = pkg?.name ?? this.#input.selection.graph.members.find((member) => member.id === target)?.name ?? alias
    return {
      alias,
      name,
      bin: given ?? (pkg === undefined || pkg.source.kind === 'directory' ? {} : this.#input.binOf(pkg)),
    }
  }

  #isHere(id: InstanceId): boolean {
    return memberPathOf(id as string as PackageId) !== undefined || this.#input.selection.instances.has(id)
  }

  /** From the folder of a link to what it shall point at. */
  #linkText(from: string, target: InstanceId): string {
    const member = memberPathOf(target as string as PackageId)
    if (member !== undefined) return posix.relative(from, member) || '.'
    const instance = this.#input.selection.instances.get(target) as Instance
    const { source } = instance.package
    if (source.kind === 'directory')
      return posix.isAbsolute(source.path) ? source.path : posix.relative(from, source.path)
    return posix.relative(from, instanceHome(this.#folderOf(target), instance.package.name))
  }

  #folderOf(id: InstanceId): string {
    return this.#folders.get(id) as string
  }
}

/** A linked folder stands where it is; everything else gets a place in `.alk`. */
function isPlaced(instance: Instance): boolean {
  return instance.package.source.kind !== 'directory' && memberPathOf(instance.id as string as PackageId) === undefined
}

function byKey(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : 1
}
