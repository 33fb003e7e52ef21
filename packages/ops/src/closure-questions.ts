/**
 * What a registry is asked when the solver lacks names: not the names but the requirements that lead to them, out of the
 * manifests and of what will probably be chosen, so that one answer holds everything that follows as well.
 */
import { asRange, isPackageName, parseSpecifier, UserError } from '@alkahest/core'
import type { Candidate, PackageName } from '@alkahest/core'
import type { ClosureRequirement } from '@alkahest/registry-client'
import type { WantedMember } from '@alkahest/resolver'

export class ClosureQuestions {
  readonly members: readonly WantedMember[]
  /** The Node that the project promises to run on. */
  readonly nodeVersion: string | undefined

  constructor({ members, nodeVersion }: Pick<ClosureQuestions, 'members' | 'nodeVersion'>) {
    this.members = members
    this.nodeVersion = nodeVersion
  }

  /** The requirements behind some of these names. */
  about(names: readonly PackageName[], likely: readonly Candidate[]): readonly ClosureRequirement[] {
    const wanted = new Set(names)
    const ofMembers = this.members.flatMap(({ requirements, peers }) => [
      ...requirements.map(({ alias, specifier }) => [alias, specifier] as const),
      ...peers.map(({ name, range }) => [name, range] as const),
    ])
    const ofCandidates = likely.flatMap(({ dependencies, optionalDependencies, peerDependencies }) => [
      ...Object.entries(dependencies),
      ...Object.entries(optionalDependencies),
      ...Object.entries(peerDependencies),
    ])
    return [...ofMembers, ...ofCandidates].flatMap(([alias, specifier]) => {
      const name = nameOf(alias, specifier)
      return name !== undefined && wanted.has(name) ? [{ name, alias, specifier }] : []
    })
  }
}

/** Of the package in a registry that is meant. */
function nameOf(alias: string, specifier: string): PackageName | undefined {
  if (!isPackageName(alias)) return undefined
  if (asRange(specifier) !== undefined) return alias
  try {
    const parsed = parseSpecifier(alias, specifier, alias)
    return parsed.kind === 'range' || parsed.kind === 'tag' ? parsed.name : undefined
  } catch (cause) {
    if (cause instanceof UserError) return undefined // whoever reads it for good says what is wrong with it
    throw cause
  }
}
