/**
 * An independent judge of small worlds: it tries every assignment and walks every path. It shares no code with the solver
 * and none of its ideas: no sets, no learning, no shared analysis of peers.
 */
import { satisfies } from 'semver'

export type OracleVersion = {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peers: Readonly<Record<string, string>>
  readonly optionalPeers: readonly string[]
}
export type OracleWorld = {
  readonly packages: Readonly<Record<string, Readonly<Record<string, OracleVersion>>>>
  readonly root: Readonly<Record<string, string>>
}

/** Requirement to version: `slot a`, `a ^1`, `peer a`; undefined: an optional dependency that is left out. */
export type Assignment = ReadonlyMap<string, string | undefined>

/** Assignments that are looked at, complete or not, at most. */
const ASSIGNMENTS_MAX = 600

/** Steps of one walk; worlds full of cycles have more paths than anybody can walk. */
const STEPS_MAX = 600

/** Steps of all walks that judge one world. */
const STEPS_TOTAL_MAX = 8000

/** The world is too large to be judged: the caller looks at another one. */
export class TooLarge extends Error {}

export type Verdict = {
  /** Sets of peer conflicts (`a@1.0.0 wants b`), one set for each assignment that is possible at all. */
  readonly conflictSets: readonly ReadonlySet<string>[]
  /** Whether there were too many to look at all. */
  readonly isCut: boolean
}

export function judge(world: OracleWorld, isSingle = false): Verdict {
  const conflictSets: ReadonlySet<string>[] = []
  let looked = 0
  stepsOfWorld = 0
  const visit = (assignment: Assignment): void => {
    if (++looked > ASSIGNMENTS_MAX) return
    const open = openRequirement(world, assignment)
    if (open === undefined) {
      conflictSets.push(conflictsOf(world, assignment))
      return
    }
    const versions = Object.keys(world.packages[open.name] ?? {}).filter((one) => allows(open.range, one, open.isPeer))
    const chosen = isSingle ? versionOfName(assignment, open.name) : undefined
    for (const version of versions) {
      if (chosen === undefined || chosen === version) visit(new Map([...assignment, [open.key, version]]))
    }
    if (open.isOptional || (open.isPeer && versions.length === 0))
      visit(new Map([...assignment, [open.key, undefined]]))
  }
  visit(new Map())
  return { conflictSets, isCut: looked > ASSIGNMENTS_MAX }
}

type Open = { key: string; name: string; range: string; isOptional: boolean; isPeer: boolean }

const DEAD_END: Open = { key: '', name: '', range: '*', isOptional: false, isPeer: false }

/** Some requirement that is reachable and has no version yet; a peer that nothing provides is one when all else is decided. */
function openRequirement(world: OracleWorld, assignment: Assignment): Open | undefined {
  for (const [name, range] of Object.entries(world.root)) {
    if (!assignment.has(`slot ${name}`)) return { key: `slot ${name}`, name, range, isOptional: false, isPeer: false }
  }
  const missing = new Set<string>()
  const found = walk(world, assignment, {
    requirement: (name, range, isOptional) => {
      const key = `${name} ${range}`
      // What an optional dependency left out, another one may not need: a dead end.
      if (assignment.has(key)) return assignment.get(key) === undefined && !isOptional ? DEAD_END : undefined
      return { key, name, range, isOptional, isPeer: false }
    },
    peer: ({ peer, isOptional, provider }) => {
      if (provider === undefined && !isOptional && !assignment.has(`peer ${peer}`)) missing.add(peer)
      return undefined
    },
  })
  const [peer] = missing
  if (found !== undefined || peer === undefined) return found
  return { key: `peer ${peer}`, name: peer, range: '*', isOptional: false, isPeer: true }
}

/** What the peers are bound to: `a@1.0.0 wants b` for each that is out of its range or not there, or `x > a wants b` by path. */
export function conflictsOf(world: OracleWorld, assignment: Assignment, isByPath = false): ReadonlySet<string> {
  const conflicts = new Set<string>()
  walk(world, assignment, {
    requirement: (name, range, isOptional) => {
      // Leaving out what could be there is a fault like any other; leaving out what nothing matches is none.
      const isThere = Object.keys(world.packages[name] ?? {}).some((version) => allows(range, version, false))
      if (isOptional && isThere && assignment.get(`${name} ${range}`) === undefined)
        conflicts.add(`${name} ${range} is left out`)
      return undefined
    },
    peer: ({ asker, path, peer, range, isOptional, provider }) => {
      const isFine = provider === undefined ? isOptional : allows(range, provider, true)
      if (!isFine) conflicts.add(`${isByPath ? path : asker} wants ${peer}`)
      return undefined
    },
  })
  return conflicts
}

let stepsOfWorld = 0

type Visitor = {
  requirement(name: string, range: string, isOptional: boolean): Open | undefined
  peer(binding: {
    asker: string
    path: string
    peer: string
    range: string
    isOptional: boolean
    provider: string | undefined
  }): undefined
}

type Frame = { readonly self: string | undefined; readonly offers: ReadonlyMap<string, string> }

/** Every path from the root, until a package stands on it twice. */
function walk(world: OracleWorld, assignment: Assignment, visitor: Visitor): Open | undefined {
  const rootOffers = new Map<string, string>()
  for (const [key, version] of assignment) {
    const name = /^(?:slot|peer) (.*)$/.exec(key)?.[1]
    if (name !== undefined && version !== undefined) rootOffers.set(name, version)
  }
  let steps = 0
  const enter = (name: string, version: string, above: readonly Frame[], path: readonly string[]): Open | undefined => {
    if (++steps > STEPS_MAX || ++stepsOfWorld > STEPS_TOTAL_MAX) throw new TooLarge()
    const id = `${name}@${version}`
    if (path.filter((one) => one === id).length > 1) return undefined
    const one = world.packages[name]?.[version]
    if (one === undefined) throw new Error(`the oracle knows no ${id}`)
    for (const [peer, range] of Object.entries(one.peers)) {
      visitor.peer({
        asker: id,
        path: [...path, id].map((one) => one.slice(0, one.lastIndexOf('@'))).join(' > '),
        peer,
        range,
        isOptional: one.optionalPeers.includes(peer),
        provider: lookUp(above, peer),
      })
    }
    const requirements = [
      ...Object.entries(one.dependencies).map(([alias, range]) => [alias, range, false] as const),
      ...Object.entries(one.optionalDependencies).map(([alias, range]) => [alias, range, true] as const),
    ]
    const offers = new Map<string, string>()
    for (const [alias, range, isOptional] of requirements) {
      const open = visitor.requirement(alias, range, isOptional)
      if (open !== undefined) return open
      const chosen = assignment.get(`${alias} ${range}`)
      if (chosen !== undefined) offers.set(alias, chosen)
    }
    const frames = [
      ...above,
      {
        self: name,
        selfVersion: version,
        offers: new Map([...offers, ...(offers.has(name) ? [] : [[name, version] as const])]),
      },
    ]
    for (const [alias, chosen] of offers) {
      const open = enter(alias, chosen, frames, [...path, id])
      if (open !== undefined) return open
    }
    return undefined
  }
  for (const [name, version] of rootOffers) {
    const open = enter(name, version, [{ self: undefined, offers: rootOffers }], [])
    if (open !== undefined) return open
  }
  return undefined
}

function lookUp(frames: readonly Frame[], name: string): string | undefined {
  for (const frame of frames.toReversed()) {
    const found = frame.offers.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

function versionOfName(assignment: Assignment, name: string): string | undefined {
  for (const [key, version] of assignment) {
    const [first = '', second = ''] = key.split(' ')
    const owner = first === 'slot' || first === 'peer' ? second : first
    if (owner === name && version !== undefined) return version
  }
  return undefined
}

export function allows(range: string, version: string, isPeer: boolean): boolean {
  return satisfies(version, range, { loose: true, includePrerelease: isPeer })
}
