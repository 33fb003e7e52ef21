/**
 * What is in a package's tarball, as pack, publish and the server report it: every entry is included, omitted (with a
 * harmless reason) or invalid (with the attack or the damage). Whoever extracts or publishes refuses invalid entries.
 */

/** One file, under its path inside the package: the archive's root folder (`package/`) is already taken off. */
export type TarballFile = {
  /** Relative, POSIX, normalised: never empty, never with `..`. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly executable: boolean
}

export type RejectedEntry = {
  readonly path: string
  readonly reason: string
}

export type TarballReport = {
  /** In the archive's order. A path may occur twice in old archives; the last one counts, as when it is extracted. */
  readonly included: readonly TarballFile[]
  /** Entries that every npm client passes over: links, entries beside the root folder. */
  readonly omitted: readonly RejectedEntry[]
  readonly invalid: readonly RejectedEntry[]
}

export type TarballLimits = {
  /** Sum of all files, in bytes. */
  readonly unpackedSizeMax: number
  /** Entries of every kind. */
  readonly entryCountMax: number
  /** `package.json`, in bytes. */
  readonly manifestSizeMax: number
}

/** The largest packages of the public registry unpack to about 1 GB, and hold about 60,000 files. */
export const defaultTarballLimits: TarballLimits = {
  unpackedSizeMax: 2 * 1024 * 1024 * 1024,
  entryCountMax: 200_000,
  manifestSizeMax: 4 * 1024 * 1024,
}

/** Longer paths fail on some of the systems that packages are installed on. */
const PATH_LENGTH_MAX = 1024

export type CheckedEntryPath =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'beside' }
  | { readonly kind: 'hostile'; readonly reason: string }

/** Takes the root folder off an entry's path and says whether what remains stays inside the package on every system. */
export function checkEntryPath(raw: string): CheckedEntryPath {
  if (raw.length > PATH_LENGTH_MAX) return hostile(`its path is over ${PATH_LENGTH_MAX} characters`)
  // The attack: `package/../../etc/passwd`, and its spelling for Windows.
  if (raw.split(/[\\/]/).includes('..')) return hostile('its path leaves the package')
  if (raw.startsWith('/') || raw.startsWith('\\') || /^[A-Za-z]:[\\/]/.test(raw)) return hostile('its path is absolute')
  if (hasControlCharacter(raw)) return hostile('its path holds a control character')
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.')
  const inside = segments.slice(1)
  if (inside.length === 0) return { kind: 'beside' }
  // `package/C:/x` and `package/c:x` would leave the folder where the colon means a drive or a stream.
  if (/^[A-Za-z]:/.test(inside[0] ?? '')) return hostile('its path names a drive')
  return { kind: 'inside', path: inside.join('/') }
}

function hostile(reason: string): CheckedEntryPath {
  return { kind: 'hostile', reason }
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
