/**
 * What of the upstreams is let through: by name, by version, by age. A denial is a 403 that says why, never a 5xx, so that clients neither repeat it
 * nor take the registry for broken.
 */
import type { PackageName } from '@alkahest/core'
import { refusals } from '../refusal.ts'
import { coversName } from './names.ts'

export type UpstreamPolicyOptions = {
  /** `name`, `@scope/*`, `prefix-*`; empty: every name. */
  readonly allow: readonly string[]
  /** As `allow`, and `name@1.2.3` for one version. */
  readonly deny: readonly string[]
  /** Versions younger than this are held back; 0: none. */
  readonly quarantineMs: number
}

export class UpstreamPolicy {
  readonly #options: UpstreamPolicyOptions
  readonly #deniedNames: readonly string[]
  readonly #deniedVersions: ReadonlySet<string>

  constructor(options: UpstreamPolicyOptions) {
    this.#options = options
    const isVersion = (pattern: string): boolean => pattern.indexOf('@', 1) > 0
    this.#deniedNames = options.deny.filter((pattern) => !isVersion(pattern))
    this.#deniedVersions = new Set(options.deny.filter(isVersion))
  }

  /** Names the state of the policy: documents that were derived under another one are derived again. */
  get key(): string {
    const { quarantineMs } = this.#options
    return `${quarantineMs} ${[...this.#deniedVersions].toSorted().join(' ')}`
  }

  /** Throws a 403 when the name may not come from an upstream. */
  checkName(name: PackageName): void {
    const { allow } = this.#options
    if (allow.length > 0 && !coversName(allow, name))
      throw refusals.forbidden(`${name} is not on this registry's list of allowed packages`)
    if (this.#deniedNames.length > 0 && coversName(this.#deniedNames, name))
      throw refusals.forbidden(`${name} is denied on this registry`)
  }

  /** The versions of a name that are denied. */
  deniedVersionsOf(name: PackageName): readonly string[] {
    const prefix = `${name}@`
    return [...this.#deniedVersions].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length))
  }

  /** Until when a version is held back, in milliseconds since 1970: Infinity for a denied one, undefined when it is let through. */
  heldUntil(
    version: { readonly id: string; readonly publishedAt: number | undefined },
    now: number,
  ): number | undefined {
    if (this.#deniedVersions.has(version.id)) return Infinity
    if (version.publishedAt === undefined || this.#options.quarantineMs === 0) return undefined
    const until = version.publishedAt + this.#options.quarantineMs
    return until > now ? until : undefined
  }
}
