/** What the manifests ask, read exactly as a resolution reads it: a lockfile is compared with this. */
import type { EdgeKind, PeerRequirement } from '@alkahest/core'
import { readOverrides } from './overrides.ts'
import type { ResolveInput } from './resolve-input.ts'
import { memberRequirements, peersOf } from './requirement.ts'

export type WantedMember = {
  readonly path: string
  readonly name: string | undefined
  readonly requirements: readonly { readonly alias: string; readonly kind: EdgeKind; readonly specifier: string }[]
  readonly peers: readonly PeerRequirement[]
}

/** Throws what reading overrides and requirements throws. */
export function wantedMembers(input: Pick<ResolveInput, 'members' | 'catalogs'>): readonly WantedMember[] {
  const root = input.members.find(({ path }) => path === '.')
  const rules = root === undefined ? [] : readOverrides(root.manifest, 'package.json')
  return input.members.map((member) => ({
    path: member.path,
    name: member.manifest.name,
    requirements: memberRequirements(member, input.catalogs, rules),
    peers: peersOf(member.manifest),
  }))
}
