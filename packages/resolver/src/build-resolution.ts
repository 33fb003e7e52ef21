/** From chosen versions to a {@link Resolution}: packages and edges, sorted, and the peers that stay in conflict. */
import { compareVersions, memberId, packageIdOf } from '@alkahest/core'
import type {
  AcceptedPeerConflict,
  Candidate,
  PackageId,
  Resolution,
  ResolvedEdge,
  ResolvedMember,
  ResolvedPackage,
} from '@alkahest/core'
import { candidateAt, compareText, isLink } from './model.ts'
import type { Edge, Variable } from './model.ts'
import { manifestPlace, peersOf } from './requirement.ts'
import type { Choices } from './choices.ts'
import type { Node, Solver } from './solver.ts'
import type { Binding, Meeting } from './peers.ts'

export type OpenConflict = AcceptedPeerConflict & { readonly binding: Binding<Node> }

export function buildResolution(
  solver: Solver,
  choices: Choices,
): { resolution: Resolution; conflicts: readonly OpenConflict[] } {
  const {
    meetings,
    graph: { nodes },
  } = solver.analyse(choices)
  const packages = new Map<PackageId, ResolvedPackage>()
  for (const node of nodes) {
    if (node < 0) continue
    const variable = solver.model.variable(node)
    if (variable.member !== undefined) continue
    const built = buildPackage(solver, choices, variable)
    if (!packages.has(built.id)) packages.set(built.id, built)
  }
  const conflicts = solver.broken(choices).map((binding) => conflictOf(solver, choices, binding))
  const unique = new Map(
    conflicts.map((conflict) => [`${conflict.package}\n${conflict.peer}\n${conflict.found ?? ''}`, conflict]),
  )
  const sorted = [...unique].sort(([left], [right]) => compareText(left, right)).map(([, conflict]) => conflict)
  return {
    resolution: {
      members: solver.model.members.map((member) =>
        buildMember(solver, choices, { node: solver.memberNode(member), meetings }),
      ),
      packages: [...packages.values()].sort(comparePackages),
      peerConflicts: sorted.map(({ binding: _binding, ...conflict }) => conflict),
    },
    conflicts: sorted,
  }
}

/** By name, then version, then identity. */
export function comparePackages(left: ResolvedPackage, right: ResolvedPackage): number {
  return compareText(left.name, right.name) || compareVersionText(left, right) || compareText(left.id, right.id)
}

export function idOf(solver: Solver, choices: Choices, id: Node): PackageId {
  if (id < 0) return memberId(solver.member(id)?.path ?? '.')
  const variable = solver.model.variable(id)
  if (variable.member !== undefined) return memberId(variable.member)
  const version = variable.universe.version(choices[id] ?? 0)
  return packageIdOf(variable.universe.name, version, variable.external?.source ?? { kind: 'registry' })
}

function buildPackage(solver: Solver, choices: Choices, variable: Variable): ResolvedPackage {
  const index = choices[variable.id] ?? 0
  const id = idOf(solver, choices, variable.id)
  const edges = solver.edges(variable.id, choices).map((edge) => resolvedEdge(solver, choices, edge))
  const locked = variable.universe.lockedPackage(index)
  if (locked !== undefined) return { ...locked, edges }
  const candidate = candidateAt(variable, index) as Candidate
  return {
    id,
    name: candidate.name,
    version: candidate.version,
    source: variable.external?.source ?? { kind: 'registry' },
    integrity: candidate.dist.integrity,
    tarball: variable.external === undefined ? unusualTarball(candidate) : undefined,
    os: candidate.os,
    cpu: candidate.cpu,
    libc: candidate.libc,
    engines: candidate.engines,
    bin: Object.keys(candidate.bin).sort(),
    hasInstallScript: candidate.hasInstallScript,
    deprecated: candidate.deprecated,
    bundled: candidate.bundled.toSorted(),
    edges,
    peers: isLink(variable) ? [] : peersOf(candidate),
  }
}

function resolvedEdge(solver: Solver, choices: Choices, { requirement, target }: Edge): ResolvedEdge {
  const isThere = target.kind === 'variable' && choices[target.variable] !== undefined
  return {
    alias: requirement.alias,
    kind: requirement.kind,
    specifier: requirement.specifier,
    target: isThere ? idOf(solver, choices, target.variable) : undefined,
  }
}

function buildMember(
  solver: Solver,
  choices: Choices,
  { node, meetings }: { readonly node: Node; readonly meetings: readonly Meeting<Node>[] },
): ResolvedMember {
  const member = solver.member(node)
  const manifest = member?.manifest
  const edges = solver.edges(node, choices).map((edge) => {
    const resolved = resolvedEdge(solver, choices, edge)
    return edge.requirement.kind === 'peer'
      ? { ...resolved, specifier: askedOf(node, resolved.alias, meetings) }
      : resolved
  })
  return {
    path: member?.path ?? '.',
    name: manifest?.name,
    version: manifest?.version,
    edges: edges.sort((left, right) => compareText(left.alias, right.alias)),
    peers: manifest === undefined ? [] : peersOf(manifest),
  }
}

/** Every range that is asked of a peer that was added for a member: one text for people, not for a parser. */
function askedOf(node: Node, name: string, meetings: readonly Meeting<Node>[]): string {
  const ranges = meetings.filter(({ at, peer }) => at === node && peer.name === name && !peer.optional)
  return [...new Set(ranges.map(({ peer }) => peer.range))].sort().join(' & ') || '*'
}

/** Of a binding outside the range, or a required peer that nothing provides. */
function conflictOf(solver: Solver, choices: Choices, binding: Binding<Node>): OpenConflict {
  const { need, provider, at } = binding
  const { peer, asker } = need
  const base = { package: idOf(solver, choices, asker), peer: peer.name, range: peer.range, binding }
  if (provider === undefined) {
    return { ...base, found: undefined, reason: `nothing provides ${peer.name}, and no version of it can be added` }
  }
  const found = idOf(solver, choices, provider)
  return { ...base, found, reason: conflictReason(solver, choices, { provider, at }) }
}

function conflictReason(solver: Solver, choices: Choices, conflict: { provider: Node; at: Node }): string {
  const { provider, at } = conflict
  const variable = solver.model.variable(provider)
  const version = `${variable.universe.name} ${variable.universe.version(choices[provider] ?? 0)}`
  const asking = solver
    .edges(at, choices)
    .find(({ target }) => target.kind === 'variable' && target.variable === provider)?.requirement
  const owner = at < 0 ? manifestPlace(solver.member(at)?.path ?? '.') : idOf(solver, choices, at)
  if (asking === undefined || asking.kind === 'peer') return `${version} was added for other packages`
  return `${owner} asks for ${asking.alias} ${asking.specifier}, which is ${version}`
}

/** Registries serve `<registry>/<name>/-/<file>`; only another address is worth a line in a lockfile. */
function unusualTarball(candidate: Candidate): string | undefined {
  const { tarball } = candidate.dist
  const file = `${candidate.name.slice(candidate.name.indexOf('/') + 1)}-${candidate.version}.tgz`
  return tarball === '' || tarball.endsWith(`/${candidate.name}/-/${file}`) ? undefined : tarball
}

function compareVersionText(left: ResolvedPackage, right: ResolvedPackage): number {
  return left.version === right.version ? 0 : compareVersions(left.version, right.version)
}
