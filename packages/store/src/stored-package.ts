/** One entry of the store, as its users see it. */
import { join } from 'node:path'
import type { Integrity } from '@alkahest/core'
import { storedName } from './stored-name.ts'

export type StoredFile = {
  /** Relative to the package, POSIX, inside it on every system. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly executable: boolean
}

export type StoredPackage = {
  /** The sha512 of its tarball, also when it was promised under a weaker hash. */
  readonly integrity: Integrity
  /** Absolute; its files lie in it, each under its `storedName` (see {@link storedFile}), and never change. */
  readonly directory: string
  /** What its own package.json says; undefined when that says nothing usable. */
  readonly name: string | undefined
  readonly version: string | undefined
  /** Sorted by path. */
  readonly files: readonly StoredFile[]
  /** Command to path; every path is one of the files and executable. */
  readonly bin: Readonly<Record<string, string>>
  /** Paths of commands whose first line ends in CRLF, which no kernel can start: give out a mended copy. */
  readonly crlfBins: readonly string[]
  /** Paths of links and of entries beside the root folder, which every client passes over; at most a hundred. */
  readonly omitted: readonly string[]
  /** Whether an approved build would run something: an install script, or `binding.gyp` (npm's implicit `node-gyp rebuild`). */
  readonly hasInstallScript: boolean
}

/** Where one of its files lies, absolute. */
export function storedFile({ directory }: Pick<StoredPackage, 'directory'>, path: string): string {
  return join(directory, storedName(path))
}
