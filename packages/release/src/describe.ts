/** A plan for people and programs: everything that `alk release` would do, before it does any of it. */
import type { ChildConfiguration } from './configuration.ts'
import type { Release } from './release.ts'

export type ReleaseDescription = {
  readonly name: string
  readonly version: string
  readonly target: string
  readonly member: string
  /** All whose programs it starts, that one first. */
  readonly members: readonly string[]
  readonly tarball: string
  readonly strategy: string
  readonly children: readonly ChildConfiguration[]
  /** `assemble`, `tar`, and the project's own steps by the names of their functions. */
  readonly steps: readonly string[]
  readonly overlays: readonly string[]
  /** Instance ids of the packages and members that go in, sorted. */
  readonly packages: readonly string[]
}

export function describeRelease(release: Release): ReleaseDescription {
  const { strategy, children, steps, overlays } = release.configuration
  return {
    name: release.name,
    version: release.version,
    target: release.target,
    member: release.member,
    members: release.members,
    tarball: release.tarball,
    strategy,
    children,
    steps: steps.map((step) => (typeof step === 'function' ? step.name || '(function)' : step)),
    overlays,
    packages: release.placements.flatMap(({ source }) => {
      if (source.kind === 'app') return []
      return [source.kind === 'package' ? source.instance.id : source.member.id]
    }),
  }
}
