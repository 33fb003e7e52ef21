/**
 * In which versions two tools resolved the same project differently, each with a cause that was checked against both
 * graphs; a difference that no cause explains is a mistake of one of the two.
 */
import { asRange, asVersion, rangeHas } from '@alkahest/core'

/** Alias to what was asked for and what it got; empty for nothing. */
export type Edges = ReadonlyMap<string, { readonly specifier: string; readonly target: string }>

/** A graph as a lockfile has it: package id (`name@version`) to alias to what it got. */
export type Graph = {
  readonly packages: ReadonlyMap<string, { readonly name: string; readonly version: string }>
  /** Members have their path for an id. */
  readonly edges: ReadonlyMap<string, Edges>
}

export type Cause =
  /** Whoever got the version that we do not have gets one of ours, which its range allows. */
  | 'a copy fewer'
  /** Only packages depend on it that differ themselves. */
  | 'follows another difference'
  /** Nothing depends on it but as a peer, which the other tool installs. */
  | 'peer of the other tool'
  | 'unexplained'

export type Difference = {
  readonly name: string
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  readonly cause: Cause
}

export function compareVersions(ours: Graph, theirs: Graph): readonly Difference[] {
  const [mine, other] = [versionsByName(ours), versionsByName(theirs)]
  const names = [...new Set([...mine.keys(), ...other.keys()])].toSorted()
  return names.flatMap((name) => {
    const [a, b] = [mine.get(name) ?? [], other.get(name) ?? []]
    if (a.join(' ') === b.join(' ')) return []
    return [{ name, ours: a, theirs: b, cause: causeOf(name, { ours, theirs, a, b }) }]
  })
}

type Sides = {
  readonly ours: Graph
  readonly theirs: Graph
  readonly a: readonly string[]
  readonly b: readonly string[]
}

function causeOf(name: string, { ours, theirs, a, b }: Sides): Cause {
  const onlyOurs = a.filter((version) => !b.includes(version)).flatMap((version) => dependentsOf(ours, name, version))
  if (onlyOurs.some(({ dependent }) => theirs.edges.has(dependent))) return 'unexplained'
  const extra = b.filter((version) => !a.includes(version))
  const onlyTheirs = extra.flatMap((version) => dependentsOf(theirs, name, version))
  if (onlyTheirs.length === 0) return extra.length === 0 ? 'follows another difference' : 'peer of the other tool'
  const common = onlyTheirs.filter(({ dependent }) => ours.edges.has(dependent))
  if (common.length === 0) return 'follows another difference'
  // pnpm's lockfile has peers among the dependencies; ours has them apart.
  const declared = common.filter(({ dependent, alias }) => ours.edges.get(dependent)?.has(alias))
  if (declared.length === 0) return 'peer of the other tool'
  return declared.every((edge) => isAnswered(ours, edge)) ? 'a copy fewer' : 'unexplained'
}

type Dependent = { readonly dependent: string; readonly alias: string }

function dependentsOf(graph: Graph, name: string, version: string): readonly Dependent[] {
  return [...graph.edges].flatMap(([dependent, edges]) =>
    [...edges].filter(([, { target }]) => target === `${name}@${version}`).map(([alias]) => ({ dependent, alias })),
  )
}

function isAnswered(graph: Graph, { dependent, alias }: Dependent): boolean {
  const edge = graph.edges.get(dependent)?.get(alias)
  const range = asRange(edge?.specifier.replace(/^npm:.*@/, '') ?? '')
  const version = asVersion(graph.packages.get(edge?.target ?? '')?.version ?? '')
  return range !== undefined && version !== undefined && rangeHas(range, version)
}

function versionsByName(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>()
  for (const { name, version } of graph.packages.values()) {
    versions.set(name, [...(versions.get(name) ?? []), version].toSorted())
  }
  return versions
}
