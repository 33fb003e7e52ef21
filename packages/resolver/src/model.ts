/**
 * The world as variables: slots and descriptors over universes, made while the graph is discovered. It answers what a
 * requirement points at, what is needed but not loaded, and in which order candidates are tried.
 */
import { asRange, parseRange, registryPackageId } from '@alkahest/core'
import type {
  Candidate,
  PackageName,
  PackageVersions,
  Resolution,
  ResolvedPackage,
  Specifier,
  Version,
} from '@alkahest/core'
import type { ExternalPackage, ExternalRequest, InputMember, PackageSource, ResolveInput } from './resolve-input.ts'
import type { MissingReason } from './fact.ts'
import type { VariableId } from './incompatibility.ts'
import { candidateRequirements, memberRequirements } from './requirement.ts'
import type { Requirement } from './requirement.ts'
import { readOverrides } from './overrides.ts'
import type { OverrideRule } from './overrides.ts'
import { closedUniverses, lockedChoices } from './locked.ts'
import { joinPath, requestKey, singleVersion } from './external.ts'
import { settingsOf } from './settings.ts'
import { Universe, universeOf } from './universe.ts'
import type { VersionIndex } from './universe.ts'
import { countOf, has, intersect, isEmpty, setOf, singleton, union, valuesOf } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** Where a requirement leads. */
export type Target =
  | { readonly kind: 'variable'; readonly variable: VariableId; readonly allowed: VersionSet }
  | { readonly kind: 'nothing'; readonly reason: MissingReason }
  /** Not known yet: it is among the needs. */
  | { readonly kind: 'pending' }
  /** An optional dependency that the lockfile already left out. */
  | { readonly kind: 'left-out' }

export type Edge = { readonly requirement: Requirement; readonly target: Target }

export type Variable = {
  readonly id: VariableId
  readonly key: string
  /** The first specifier that made it, for explanations. */
  readonly text: string
  /** A slot is what must be one version in one place; everything else is a descriptor. */
  readonly isSlot: boolean
  readonly universe: Universe
  /** What it is when it is not from a registry. */
  readonly member: string | undefined
  readonly external: ExternalPackage | undefined
  /** The version that the lockfile holds for exactly this variable. */
  readonly lockedVersion: VersionIndex | undefined
  /** Every version that some requirement allows. */
  allowed: VersionSet
}

export class Model {
  readonly input: ResolveInput
  readonly rules: readonly OverrideRule[]
  readonly members: readonly InputMember[]
  readonly variables: Variable[] = []
  readonly neededNames: Set<PackageName> = new Set()
  readonly neededExternals: Map<string, ExternalRequest> = new Map()
  /** Names whose locked versions were not enough: added by a run that must then start over. */
  readonly opened: Set<string>
  isReopened = false
  private readonly source: PackageSource
  private readonly addVariable: (size: number) => VariableId
  private readonly variableByKey = new Map<string, Variable>()
  private readonly slotsByUniverse = new Map<Universe, Variable[]>()
  private readonly closed: ReadonlyMap<string, Universe>
  private readonly choices: ReadonlyMap<string, Version>
  private readonly lockedVersions: ReadonlyMap<string, readonly Version[]>
  private readonly edges = new Map<Universe, Map<VersionIndex, readonly Edge[]>>()
  private readonly memberUniverses = new Map<string, Universe>()
  private readonly externalUniverses = new Map<string, Universe>()

  constructor(
    input: ResolveInput,
    source: PackageSource,
    options: {
      readonly opened: Set<string>
      /** Rules for packages that stand below another one (see deep-overrides.ts). */
      readonly deepRules?: readonly OverrideRule[]
      readonly addVariable: (size: number) => VariableId
    },
  ) {
    this.input = input
    this.source = source
    this.opened = options.opened
    this.addVariable = options.addVariable
    this.members = input.members.toSorted((left, right) => compareText(pathKey(left.path), pathKey(right.path)))
    const root = this.members.find((member) => member.path === '.')
    const rules = root === undefined ? [] : readOverrides(root.manifest, 'package.json')
    this.rules = [...(options.deepRules ?? []), ...rules]
    const locked = input.unlock === 'all' ? undefined : input.locked
    const isSame = settingsText(input.lockedSettings) === settingsText(settingsOf(input))
    this.closed = locked === undefined || !isSame ? new Map() : closedUniverses(locked)
    this.choices = locked === undefined ? new Map() : lockedChoices(locked)
    this.lockedVersions = locked === undefined ? new Map() : versionsByName(locked)
  }

  /** What a member asks for and where that leads, in the order of aliases. */
  memberEdges(member: InputMember): readonly Edge[] {
    return memberRequirements(member, this.input.catalogs, this.rules).map((requirement) => ({
      requirement,
      target: this.target(requirement, undefined),
    }))
  }

  /** The same for a version of a universe. Remembered, unless something is still to be loaded. */
  edgesOf(variable: Variable, index: VersionIndex): readonly Edge[] {
    const { universe } = variable
    const known = this.edges.get(universe)?.get(index)
    if (known !== undefined) return known
    const candidate = variable.member === undefined && !isLink(variable) ? universe.candidate(index) : undefined
    const locked = universe.lockedPackage(index)
    const edges =
      candidate === undefined
        ? []
        : candidateRequirements(candidate, universe.isClosed ? [] : this.rules).map((requirement) => ({
            requirement,
            target: this.target(requirement, locked),
          }))
    if (edges.every((edge) => edge.target.kind !== 'pending')) {
      let ofUniverse = this.edges.get(universe)
      if (ofUniverse === undefined) this.edges.set(universe, (ofUniverse = new Map<VersionIndex, readonly Edge[]>()))
      ofUniverse.set(index, edges)
    }
    return edges
  }

  variable(id: VariableId): Variable {
    return this.variables[id] as Variable
  }

  /** The slot of a peer that nothing in the member provides: created when first asked for. */
  peerSlot(memberPath: string, alias: string, specifier: string): Target {
    return this.target(
      {
        from: { kind: 'member', path: memberPath },
        alias,
        kind: 'peer',
        specifier,
        written: specifier,
        catalog: undefined,
        parsed: { kind: 'range', name: alias as PackageName, range: parseRange(specifier) },
      },
      undefined,
    )
  }

  /** The order in which candidates are tried: locked, held by a slot, then npm's. */
  best(
    variable: Variable,
    possible: VersionSet,
    decided: (id: VariableId) => number | undefined,
  ): VersionIndex | undefined {
    const { universe, lockedVersion } = variable
    if (lockedVersion !== undefined && has(possible, lockedVersion)) return lockedVersion
    const locked = this.lockedOf(universe.name)
    const held = locked.length === 0 ? -1 : this.highest(universe, locked, possible)
    if (held >= 0) return held
    const ofSlots = variable.isSlot ? -1 : this.highestOfSlots(universe, possible, decided)
    return ofSlots >= 0 ? ofSlots : this.preferred(universe, possible)
  }

  /** -1: none of them is possible. */
  private highest(universe: Universe, versions: readonly Version[], possible: VersionSet): VersionIndex {
    let best = -1
    for (const version of versions) {
      const index = universe.indexOf(version)
      if (index !== undefined && index > best && has(possible, index)) best = index
    }
    return best
  }

  private highestOfSlots(
    universe: Universe,
    possible: VersionSet,
    decided: (id: VariableId) => number | undefined,
  ): VersionIndex {
    let best = -1
    for (const { id } of this.slotsByUniverse.get(universe) ?? []) {
      const index = decided(id)
      if (index !== undefined && index > best && index < universe.size - 1 && has(possible, index)) best = index
    }
    return best
  }

  /** npm-pick-manifest: `latest` when it is possible and sound, else the highest of the best standing. */
  preferred(universe: Universe, possible: VersionSet): VersionIndex | undefined {
    const { direction, nodeVersion } = this.input
    const latest = universe.tagged('latest')
    if (direction === 'highest' && latest !== undefined && has(possible, latest)) {
      if (universe.standing(latest, nodeVersion) === 0) return latest
    }
    const ascending = valuesOf(possible).filter((value) => value < universe.size - 1)
    const indexes = direction === 'highest' ? ascending.reverse() : ascending
    let best: VersionIndex | undefined
    for (const index of indexes) {
      const standing = universe.standing(index, nodeVersion)
      if (standing === 0) return index
      if (best === undefined || standing < universe.standing(best, nodeVersion)) best = index
    }
    return best
  }

  /** Versions that are old enough; locked ones always are. */
  mature(universe: Universe): VersionSet | undefined {
    const { cutoff, before } = this.input
    const limits = [universe.isLocal ? undefined : cutoff, before].filter((limit) => limit !== undefined)
    if (limits.length === 0 || universe.isClosed) return undefined
    const locked = universe.setOfVersions(this.lockedOf(universe.name))
    return union(universe.publishedBy(Math.min(...limits)), locked)
  }

  /** Every version in the range of a variable, young ones included; undefined for what has no range. */
  rangeOf(variable: Variable): VersionSet | undefined {
    const text = variable.text.replace(/^npm:(?:@[^@]*|[^@]*)@/, '')
    const range = asRange(text)
    if (range !== undefined) return variable.universe.inRange(range, { includePrerelease: false })
    const tagged = variable.universe.tagged(text)
    return tagged === undefined ? undefined : singleton(variable.universe.size, tagged)
  }

  isSingle(name: string): boolean {
    const { single } = this.input
    return typeof single === 'boolean' ? single : single.includes(name)
  }

  /** Locked versions of a name that was not unlocked. */
  lockedOf(name: string): readonly Version[] {
    return this.isUnlocked(name) ? [] : (this.lockedVersions.get(name) ?? [])
  }

  open(universe: Universe): void {
    this.opened.add(universe.name)
    this.isReopened = true
  }

  private isUnlocked(name: string): boolean {
    const { unlock } = this.input
    return unlock === 'all' || (unlock !== 'none' && unlock.includes(name))
  }

  private target(requirement: Requirement, locked: ResolvedPackage | undefined): Target {
    const { parsed, from } = requirement
    if (parsed === undefined) return { kind: 'nothing', reason: { kind: 'bad-specifier' } }
    if (locked?.edges.some((edge) => edge.alias === requirement.alias && edge.target === undefined) === true) {
      return { kind: 'left-out' }
    }
    switch (parsed.kind) {
      case 'workspace':
        return this.memberTarget(requirement, parsed)
      case 'range': {
        const member = from.kind === 'member' ? this.linkedMember(parsed) : undefined
        return member === undefined ? this.registryTarget(requirement, parsed) : this.linkTarget(requirement, member)
      }
      case 'tag':
        return this.registryTarget(requirement, parsed)
      case 'catalog':
        return { kind: 'nothing', reason: { kind: 'bad-specifier' } }
      case 'directory':
      case 'file':
        if (from.kind !== 'member') return { kind: 'nothing', reason: { kind: 'bad-specifier' } }
        return this.pathTarget(requirement, { kind: parsed.kind, path: joinPath(from.path, parsed.path) })
      case 'tarball':
        return this.externalTarget(requirement, { kind: 'tarball', url: parsed.url })
      case 'git': {
        const { url, committish, range, folder } = parsed
        const isLocal = url.startsWith('file:') // somebody's disk, which only their own manifests may mean
        if (isLocal && from.kind !== 'member') return { kind: 'nothing', reason: { kind: 'bad-specifier' } }
        return this.externalTarget(requirement, { kind: 'git', url, committish, range, folder })
      }
    }
  }

  private registryTarget(requirement: Requirement, parsed: Specifier & { kind: 'range' | 'tag' }): Target {
    const universe = this.universe(parsed.name)
    if (universe === undefined) return { kind: 'pending' }
    if (universe === 'missing') return { kind: 'nothing', reason: { kind: 'no-package' } }
    const text = parsed.kind === 'range' ? parsed.range.text : `tag:${parsed.tag}`
    const key = this.keyOf(requirement, `${parsed.name}|${text}`)
    const lockedVersion = this.lockedIndex(universe, requirement, `${parsed.name}|${text}`)
    const allowed = this.allowed(universe, requirement, { parsed, lockedVersion })
    if (isEmpty(allowed)) {
      if (universe.isClosed) {
        this.open(universe)
        return { kind: 'pending' }
      }
      return { kind: 'nothing', reason: this.whyNoVersion(universe, parsed) }
    }
    return this.variableTarget(key, allowed, {
      universe,
      lockedVersion,
      isSlot: !key.startsWith('descriptor|'),
      text: requirement.specifier,
    })
  }

  /** Peers that are added for a member may be anything that is mature: the ranges asked are facts of their own. */
  private allowed(
    universe: Universe,
    requirement: Requirement,
    asked: { parsed: Specifier & { kind: 'range' | 'tag' }; lockedVersion: VersionIndex | undefined },
  ): VersionSet {
    const { parsed, lockedVersion } = asked
    const mature = this.mature(universe)
    if (parsed.kind === 'range') {
      const set = universe.inRange(parsed.range, { includePrerelease: requirement.kind === 'peer' })
      return mature === undefined ? set : intersect(set, mature)
    }
    // A tag that moved on does not move what is locked: any version was once tagged.
    if (lockedVersion !== undefined) return singleton(universe.size, lockedVersion)
    const tagged = universe.tagged(parsed.tag)
    if (tagged === undefined) return setOf(universe.size, [])
    if (mature === undefined || has(mature, tagged)) return singleton(universe.size, tagged)
    // npm: a tag on a version that is too young means the newest version up to it.
    return intersect(
      universe.inRange(parseRange(`<=${universe.version(tagged)}`), { includePrerelease: false }),
      mature,
    )
  }

  private whyNoVersion(universe: Universe, parsed: Specifier & { kind: 'range' | 'tag' }): MissingReason {
    if (parsed.kind === 'tag' && universe.tagged(parsed.tag) === undefined) return { kind: 'no-tag', tag: parsed.tag }
    const inRange =
      parsed.kind === 'range'
        ? universe.inRange(parsed.range, { includePrerelease: false })
        : setOf(universe.size, [universe.tagged(parsed.tag) ?? 0])
    const latest = this.preferred(universe, setOf(universe.size, universe.versions.keys()))
    return {
      kind: 'no-version',
      latest: latest === undefined ? undefined : universe.version(latest),
      tooYoung: valuesOf(inRange).map((index) => universe.version(index)),
    }
  }

  /** Undefined: it is among the needs now. */
  universe(name: PackageName): Universe | 'missing' | undefined {
    const closed = this.closed.get(name)
    if (closed !== undefined && !this.opened.has(name) && !this.isUnlocked(name)) return closed
    const loaded: PackageVersions | 'missing' | undefined = this.source.packageVersions(name)
    if (loaded === undefined) this.neededNames.add(name)
    if (loaded === undefined || loaded === 'missing') return loaded
    return universeOf(loaded)
  }

  private keyOf(requirement: Requirement, descriptor: string): string {
    const name = descriptor.slice(0, descriptor.indexOf('|'))
    if (this.isSingle(name)) return `single|${name}`
    const { from, alias, catalog } = requirement
    if (from.kind === 'package') return `descriptor|${descriptor}`
    return catalog === undefined ? `slot|${from.path}|${alias}` : `catalog|${catalog}|${alias}`
  }

  private lockedIndex(universe: Universe, requirement: Requirement, descriptor: string): VersionIndex | undefined {
    if (this.isUnlocked(universe.name)) return undefined
    const { from, alias, specifier } = requirement
    const key =
      from.kind === 'member' ? `${from.path}|${alias}|${requirement.kind === 'peer' ? 'peer' : specifier}` : descriptor
    const version = this.choices.get(key)
    return version === undefined ? undefined : universe.indexOf(version)
  }

  private variableTarget(
    key: string,
    allowed: VersionSet,
    parts: Pick<Variable, 'universe' | 'lockedVersion' | 'isSlot' | 'text'> &
      Partial<Pick<Variable, 'member' | 'external'>>,
  ): Target {
    const known = this.variableByKey.get(key)
    if (known !== undefined && known.universe === parts.universe) {
      known.allowed = union(known.allowed, allowed)
      return { kind: 'variable', variable: known.id, allowed }
    }
    const id = this.addVariable(parts.universe.size)
    const variable: Variable = { id, key, member: undefined, external: undefined, allowed, ...parts }
    this.variables[id] = variable
    this.variableByKey.set(key, variable)
    if (variable.isSlot) {
      const slots = this.slotsByUniverse.get(parts.universe)
      if (slots === undefined) this.slotsByUniverse.set(parts.universe, [variable])
      else slots.push(variable)
    }
    return { kind: 'variable', variable: id, allowed }
  }

  /** npm's rule: a plain range that a member's version satisfies means the member. */
  private linkedMember(parsed: Specifier & { kind: 'range' }): InputMember | undefined {
    const member = this.members.find(({ manifest }) => manifest.name === parsed.name)
    if (member === undefined) return undefined
    const { version } = member.manifest
    return parsed.range.text === '*' || (version !== undefined && parsed.range.parsed.test(version))
      ? member
      : undefined
  }

  private memberTarget(requirement: Requirement, parsed: Specifier & { kind: 'workspace' }): Target {
    const member = this.members.find(({ manifest }) => manifest.name === parsed.name)
    const version = member?.manifest.version
    const isAny = ['*', '^', '~'].includes(parsed.range)
    if (requirement.from.kind !== 'member') return { kind: 'nothing', reason: { kind: 'bad-specifier' } }
    if (member === undefined || (!isAny && !(version !== undefined && parseRange(parsed.range).parsed.test(version)))) {
      return { kind: 'nothing', reason: { kind: 'no-member', found: version } }
    }
    return this.linkTarget(requirement, member)
  }

  private linkTarget(requirement: Requirement, member: InputMember): Target {
    const { name, version } = member.manifest
    let universe = this.memberUniverses.get(member.path)
    if (universe === undefined) {
      universe = new Universe(
        singleVersion(name ?? (member.path as PackageName), version ?? ('0.0.0' as Version), undefined),
      )
      this.memberUniverses.set(member.path, universe)
    }
    return this.variableTarget(this.slotKey(requirement), singleton(universe.size, 0), {
      universe,
      lockedVersion: undefined,
      isSlot: true,
      text: requirement.specifier,
      member: member.path,
    })
  }

  private pathTarget(requirement: Requirement, request: ExternalRequest & { kind: 'directory' | 'file' }): Target {
    const member = request.kind === 'directory' ? this.members.find(({ path }) => path === request.path) : undefined
    return member === undefined ? this.externalTarget(requirement, request) : this.linkTarget(requirement, member)
  }

  private externalTarget(requirement: Requirement, request: ExternalRequest): Target {
    const key = requestKey(request)
    const external = this.source.external(request)
    if (external === undefined) {
      this.neededExternals.set(key, request)
      return { kind: 'pending' }
    }
    if (external === 'missing') return { kind: 'nothing', reason: { kind: 'no-external', request } }
    let universe = this.externalUniverses.get(key)
    if (universe === undefined) {
      const { candidate } = external
      universe = new Universe(singleVersion(candidate.name, candidate.version, candidate))
      this.externalUniverses.set(key, universe)
    }
    const variableKey = requirement.from.kind === 'member' ? this.slotKey(requirement) : `external|${key}`
    return this.variableTarget(variableKey, singleton(universe.size, 0), {
      universe,
      lockedVersion: undefined,
      isSlot: requirement.from.kind === 'member',
      text: requirement.specifier,
      external,
    })
  }

  private slotKey(requirement: Requirement): string {
    const path = requirement.from.kind === 'member' ? requirement.from.path : ''
    return `slot|${path}|${requirement.alias}`
  }
}

/** A linked folder has its own node_modules: what it depends on is its own business. */
export function isLink(variable: Variable): boolean {
  return variable.external?.source.kind === 'directory'
}

/** The candidate that a value of a variable stands for, and undefined for absent, members and broken documents. */
export function candidateAt(variable: Variable, index: VersionIndex): Candidate | undefined {
  return index < variable.universe.size - 1 && variable.member === undefined
    ? variable.universe.candidate(index)
    : undefined
}

export function isSingleton(set: VersionSet): boolean {
  return countOf(set) === 1
}

/** The root first, then by path. */
export function pathKey(path: string): string {
  return path === '.' ? '' : path
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

function settingsText(settings: Readonly<Record<string, string>> | undefined): string {
  return JSON.stringify(Object.entries(settings ?? {}).sort(([left], [right]) => compareText(left, right)))
}

function versionsByName(resolution: Resolution): ReadonlyMap<string, readonly Version[]> {
  const versions = new Map<string, Version[]>()
  for (const one of resolution.packages) {
    if (one.source.kind !== 'registry' || one.id !== registryPackageId(one.name, one.version)) continue
    const known = versions.get(one.name)
    if (known === undefined) versions.set(one.name, [one.version])
    else known.push(one.version)
  }
  return versions
}
