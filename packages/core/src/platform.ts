/** Where packages are to run, and whether a package says that it runs there (npm's os, cpu and libc fields). */

export type Platform = {
  /** As `process.platform` names it. */
  readonly os: string
  /** As `process.arch` names it. */
  readonly cpu: string
  /** `glibc` or `musl` on Linux; undefined elsewhere or when it cannot be known. */
  readonly libc: string | undefined
}

export type PlatformFields = {
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
}

/** Whether all three fields allow the platform. An unknown libc is allowed, as pnpm does: the package may still work. */
export function platformAllows(fields: PlatformFields, platform: Platform): boolean {
  return (
    listAllows(fields.os, platform.os) &&
    listAllows(fields.cpu, platform.cpu) &&
    (platform.libc === undefined
      ? platform.os === 'linux' || fields.libc.length === 0
      : listAllows(fields.libc, platform.libc))
  )
}

/** npm's rule: any `!value` excludes; otherwise a match, or a list of exclusions alone, includes. */
function listAllows(list: readonly string[], value: string): boolean {
  if (list.length === 0 || (list.length === 1 && list[0] === 'any')) return true
  if (list.includes(`!${value}`)) return false
  return list.includes(value) || list.every((entry) => entry.startsWith('!'))
}
