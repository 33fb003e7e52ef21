/** Where a release runs: an operating system and a processor for which a Node runtime can be brought along. */
import { userError } from '@alkahest/core'
import type { Platform } from '@alkahest/core'

const TARGETS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const
export type ReleaseTarget = (typeof TARGETS)[number]

/** Every target, in the order in which help shows them. */
export const releaseTargets: readonly ReleaseTarget[] = TARGETS

/** Reads a target or throws `RELEASE_TARGET_UNKNOWN`, naming those that exist. */
export function parseTarget(text: string): ReleaseTarget {
  const target = TARGETS.find((known) => known === text)
  if (target === undefined) {
    throw userError('RELEASE_TARGET_UNKNOWN', `There is no release target ${JSON.stringify(text.slice(0, 60))}`, {
      hint: `use one of ${TARGETS.join(', ')}`,
    })
  }
  return target
}

/** The target of a machine, or undefined when no release can be made for it; the caller names its platform. */
export function hostTarget(platform: { readonly os: string; readonly cpu: string }): ReleaseTarget | undefined {
  return TARGETS.find((known) => known === `${platform.os}-${platform.cpu}`)
}

/** Which platform packages go into a release. The runtimes for Linux are built against glibc. */
export function platformOfTarget(target: ReleaseTarget): Platform {
  const [os = '', cpu = ''] = target.split('-')
  return { os, cpu, libc: os === 'linux' ? 'glibc' : undefined }
}
