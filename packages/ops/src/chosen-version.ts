/** Which version a member got under a name: what `add` and `update` write into its manifest. */
import type { Resolution, Version } from '@alkahest/core'

/** Undefined for a link to a member, for an optional package that could not be had, and for a name that is not there. */
export function chosenVersion(resolution: Resolution | undefined, path: string, alias: string): Version | undefined {
  const member = resolution?.members.find((candidate) => candidate.path === path)
  const target = member?.edges.find((edge) => edge.alias === alias)?.target
  return resolution?.packages.find(({ id }) => id === target)?.version
}
