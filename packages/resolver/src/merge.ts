/**
 * The pass that makes copies few: every requirement may move to any chosen version that it allows, and per name the fewest
 * versions are kept, the newest of those sets. Moving only ever drops packages, so the passes end; names are visited in
 * one order, so the result is one. docs/internals/resolver.md, "Merging".
 */
import { compareText } from './model.ts'
import type { Variable } from './model.ts'
import { conflictPathsIn } from './peer-conflicts.ts'
import type { Choices } from './choices.ts'
import type { Node, Solver } from './solver.ts'
import type { Universe, VersionIndex } from './universe.ts'
import { allowedPeers } from './version-views.ts'
import { has, intersect, setOf } from './version-set.ts'
import type { VersionSet } from './version-set.ts'

/** Every pass removes at least one copy; real graphs settle in two or three. */
const MERGE_PASSES_MAX = 20

/** Up to here every subset is looked at (2^12); above it copies are removed one by one, the oldest first. */
const EXACT_VERSIONS_MAX = 12

/** Ways to move the requirements of one name that are tried; each costs a look at every peer. */
const COMBINATIONS_MAX = 64

export function mergeCopies(solver: Solver, choices: Choices): Choices {
  let merged = choices
  for (let pass = 0; pass < MERGE_PASSES_MAX; pass++) {
    const next = mergeOnce(solver, merged)
    if (next === merged && !solver.dropUnneededPeers(merged)) break
    merged = next
  }
  return merged
}

/** All names at once when no peer minds, else one after the other. */
function mergeOnce(solver: Solver, choices: Choices): Choices {
  const groups = duplicated(solver, choices)
  if (groups.length === 0) return choices
  const peers = peerLimits(solver, choices)
  const before = conflictPathsIn(solver, choices)
  const isFine = (moved: Choices): boolean => [...conflictPathsIn(solver, moved)].every((path) => before.has(path))
  let careless = choices
  for (const variables of groups) careless = mergeUniverse(solver, careless, { variables, peers, isFine: () => true })
  if (careless !== choices && isFine(careless)) return careless
  let careful = choices
  for (const variables of groups) {
    const check = variables.some(peers.matters) ? isFine : () => true
    const gentle = mergeUniverse(solver, careful, { variables, peers, isFine: check })
    // A peer that stands against a move may go with what moves: looked at when nothing simpler will do.
    careful = gentle === careful ? mergeUniverse(solver, careful, { variables, peers: undefined, isFine }) : gentle
  }
  return careful
}

type PeerLimits = {
  /** Whether moving a variable could bind some peer otherwise: it provides one, or something at or below it needs one. */
  readonly matters: (variable: Variable) => boolean
  /** Whether the version is in all the ranges of peers that are bound to the variable and content with it now. */
  readonly allows: (variable: Variable, version: VersionIndex) => boolean
}

function peerLimits(solver: Solver, choices: Choices): PeerLimits {
  const { needs, meetings } = solver.analyse(choices)
  const limits = new Map<Node, VersionSet>()
  const providers = new Set<Node>()
  for (const { peer, provider } of meetings) {
    if (provider === undefined || provider < 0) continue
    const allowed = allowedPeers(solver.model.variable(provider), peer)
    const value = choices[provider]
    const known = limits.get(provider)
    const isContent = value !== undefined && has(allowed, value)
    if (isContent) limits.set(provider, known === undefined ? allowed : intersect(known, allowed))
    providers.add(provider)
  }
  return {
    matters: (variable) => needs.has(variable.id) || providers.has(variable.id),
    allows: (variable, version) => {
      const limit = limits.get(variable.id)
      return limit === undefined || has(limit, version)
    },
  }
}

/** Variables of names that have more than one version, by name. */
function duplicated(solver: Solver, choices: Choices): (readonly Variable[])[] {
  const byUniverse = new Map<Universe, Variable[]>()
  for (const node of solver.analyse(choices).graph.nodes) {
    if (node < 0) continue
    const variable = solver.model.variable(node)
    const known = byUniverse.get(variable.universe)
    if (known === undefined) byUniverse.set(variable.universe, [variable])
    else known.push(variable)
  }
  return [...byUniverse]
    .filter(([, variables]) => new Set(variables.map((variable) => choices[variable.id])).size > 1)
    .sort(([left], [right]) => compareText(left.name, right.name))
    .map(([, variables]) => variables)
}

type MergeRules = {
  /** One name's. */
  readonly variables: readonly Variable[]
  /** The ranges of peers as they are bound now; undefined: only `isFine` decides, and every way to move is tried. */
  readonly peers: PeerLimits | undefined
  readonly isFine: (moved: Choices) => boolean
}

function mergeUniverse(solver: Solver, choices: Choices, { variables, peers, isFine }: MergeRules): Choices {
  const versions = [...new Set(variables.map((variable) => choices[variable.id] as VersionIndex))].sort((a, b) => b - a)
  const isMovable = (variable: Variable): boolean =>
    solver.model.input.dedupe || variable.lockedVersion !== choices[variable.id]
  const allows = (variable: Variable, version: VersionIndex): boolean =>
    choices[variable.id] === version ||
    (isMovable(variable) && has(variable.allowed, version) && peers?.allows(variable, version) !== false)
  const covers = (kept: readonly VersionIndex[]): boolean =>
    variables.every((variable) => kept.some((version) => allows(variable, version)))
  for (const kept of keptSets(versions, covers)) {
    const moving = variables.filter((variable) => !kept.includes(choices[variable.id] as VersionIndex))
    const targets = moving.map((variable) => {
      const usable = kept.filter((version) => allows(variable, version))
      const best = solver.model.preferred(variable.universe, setOf(variable.universe.size, usable)) as VersionIndex
      return peers === undefined ? [best, ...usable.filter((version) => version !== best)] : [best]
    })
    for (const target of combinations(targets)) {
      const moved = choices.slice()
      for (const [index, variable] of moving.entries()) moved[variable.id] = target[index]
      if (isFine(moved)) return moved
    }
  }
  return choices
}

/** One of each, the first of each first; no more than {@link COMBINATIONS_MAX}. */
function* combinations(options: readonly (readonly VersionIndex[])[]): Generator<readonly VersionIndex[]> {
  const count = options.reduce((product, { length }) => Math.min(product * length, COMBINATIONS_MAX), 1)
  for (let number = 0; number < count; number++) {
    let rest = number
    yield options.map((one) => {
      const chosen = one[rest % one.length] as VersionIndex
      rest = Math.floor(rest / one.length)
      return chosen
    })
  }
}

/** Sets of versions that serve every requirement, fewest first, then newest first; without the set of all of them. */
function* keptSets(
  versions: readonly VersionIndex[],
  covers: (kept: readonly VersionIndex[]) => boolean,
): Generator<readonly VersionIndex[]> {
  if (versions.length > EXACT_VERSIONS_MAX) {
    let kept = versions
    for (const version of versions.toReversed()) {
      const without = kept.filter((one) => one !== version)
      if (covers(without)) kept = without
    }
    if (kept.length < versions.length) yield kept
    return
  }
  for (let size = 1; size < versions.length; size++) {
    for (const kept of subsets(versions, size)) if (covers(kept)) yield kept
  }
}

function* subsets<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  if (size === 0) yield []
  else {
    for (let index = 0; index + size <= items.length; index++) {
      for (const rest of subsets(items.slice(index + 1), size - 1)) yield [items[index] as Item, ...rest]
    }
  }
}
