/** Selection -> {@link Tree}: where every package, link and command stands. Pure. */
import { posix } from 'node:path'
import { asRange, memberPathOf, rangeHas } from '@alkahest/core'
import type { Instance, InstanceId, PackageId, ResolvedPackage, Source } from '@alkahest/core'
import type { Layout } from './choose-layout.ts'
import { chooseBins } from './choose-bins.ts'
import type { BinConflict, BinOffer } from './choose-bins.ts'
import { chooseFallbacks } from './choose-fallbacks.ts'
import { ALK_FOLDER, instanceLink, instanceModules, isSharedFolder, memberModules } from './paths.ts'
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
  /** Whether a package gets files of its own. */
  readonly hasOwnFiles: (pkg: ResolvedPackage) => boolean
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

/** What a package's files are, without looking at them. */
export function contentOf(pkg: ResolvedPackage): string {
  return pkg.integrity ?? describeSource(pkg.source)
}

/** Before the content of a package that gets files of its own, so that approving its build, or refusing it again, rebuilds it. */
const OWN_FILES = 'own '

/** Whether the instance's files are copies. */
export function hasOwnFiles(content: string): boolean {
  return content.startsWith(OWN_FILES)
}

/** The content of the files as they were before any build. */
export function plainContent(content: string): string {
  return hasOwnFiles(content) ? content.slice(OWN_FILES.length) : content
}

function describeSource(source: Source): string {
  if (source.kind === 'git') return `git ${source.url}#${source.commit} ${source.folder ?? ''}`.trimEnd()
  if (source.kind === 'registry') return 'registry'
  return `${source.kind} ${source.kind === 'tarball' ? source.url : source.path}`
}

class TreeComputer {
  readonly #input: TreeInput
  readonly #folders: ReadonlyMap<InstanceId, string>
  readonly #fallbacks: ReadonlyMap<string, InstanceId>
  readonly #binConflicts: BinConflict[] = []

  constructor(input: TreeInput) {
    this.#input = input
    this.#fallbacks = new Map(
      chooseFallbacks(input.selection, { edgesOf: (instance) => this.#declaredEdgesOf(instance), isPlaced }),
    )
    this.#folders = placeInstances(input.selection, input.layout, {
      edgesOf: (instance) => this.#edgesOf(instance),
      isLocal: ({ package: pkg }) => pkg.integrity === undefined || input.hasOwnFiles(pkg),
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
    const targets = this.#edgesOf(instance)
    const links = targets.map(([alias, target]): [string, string] => {
      return [alias, this.#linkText(posix.dirname(instanceLink(folder, name, alias)), target)]
    })
    const offers = targets.filter(([alias]) => alias !== name).map(([alias, target]) => this.#offer(alias, target))
    return {
      name,
      version,
      content: `${this.#input.hasOwnFiles(instance.package) ? OWN_FILES : ''}${contentOf(instance.package)}`,
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
    if (this.#input.layout === 'shared' || this.#fallbacks.size === 0) return []
    const links = [...this.#fallbacks].map(([alias, target]): [string, string] => {
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
    return posix.relative(from, `${instanceModules(this.#folderOf(target))}/${instance.package.name}`)
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
