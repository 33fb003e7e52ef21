/**
 * Which release is meant, and by whose configuration: a package's own alkahest.config.ts goes before its workspace's, as for
 * everything that is looked up by name. Without a name, what the workspace configures counts for the members it starts.
 */
import { userError } from '@alkahest/core'
import { parseReleases, releaseNames } from './configuration.ts'
import { releasedMember } from './release.ts'
import type { ReleaseMember } from './release.ts'

export type ReleasePlace = {
  /** The member whose alkahest.config.ts it is. */
  readonly member: ReleaseMember
  /** `releases` as it was exported. */
  readonly configuration: unknown
}

export type ChosenRelease = {
  readonly place: ReleasePlace
  /** Undefined: the only one of the place, or the package itself. */
  readonly name: string | undefined
}

/** `shared` is the workspace's place; undefined for its root itself. Throws `RELEASE_NAME_MISSING`. */
export function chooseRelease(
  wanted: string | undefined,
  {
    own,
    shared,
    workspace,
  }: {
    readonly own: ReleasePlace
    readonly shared: ReleasePlace | undefined
    readonly workspace: readonly ReleaseMember[]
  },
): ChosenRelease {
  const ownNames = releaseNames(own.configuration)
  const sharedNames = releaseNames(shared?.configuration)
  if (shared === undefined || sharedNames.length === 0) return { place: own, name: wanted }
  if (wanted !== undefined) {
    const isOwn = ownNames.includes(wanted) || (ownNames.length > 0 && !sharedNames.includes(wanted))
    return { place: isOwn ? own : shared, name: wanted }
  }
  if (ownNames.length > 0) return { place: own, name: undefined }
  const starting = parseReleases(shared.configuration).filter(({ children }) =>
    children.some(
      (child) =>
        releasedMember(child.member, { ...shared.member, member: shared.member.path, workspace }).path ===
        own.member.path,
    ),
  )
  const [first, ...others] = starting.map(({ name }) => name)
  if (first === undefined) return { place: own, name: undefined }
  if (others.length === 0) return { place: shared, name: first }
  throw userError(
    'RELEASE_NAME_MISSING',
    `the workspace's alkahest.config.ts has ${starting.length} releases that start ${own.member.path}: ${[first, ...others].join(', ')}`,
    { hint: `say which: alk release ${first}` },
  )
}
