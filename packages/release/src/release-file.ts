/**
 * The content of a release as a value: every path with what stands there. Nothing is copied until the tree is written,
 * so a step can look at all of it, add to it and replace parts of it.
 */

export type ReleaseFile =
  /** Bytes at hand, made by a step. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly executable: boolean }
  /** A regular file on this machine (absolute path), read when the tree is written. */
  | { readonly kind: 'file'; readonly file: string; readonly executable: boolean }
  /** A relative symbolic link that stays inside the release. */
  | { readonly kind: 'link'; readonly target: string }

/** POSIX paths relative to the release's root; folders are implied. */
export type ReleaseTree = ReadonlyMap<string, ReleaseFile>

export function textFile(text: string, executable = false): ReleaseFile {
  return { kind: 'bytes', bytes: Buffer.from(text), executable }
}

/** The tree with more files in it; what was at the same path is replaced. */
export function withFiles(tree: ReleaseTree, files: Iterable<readonly [string, ReleaseFile]>): ReleaseTree {
  return new Map([...tree, ...files])
}

/** By the bytes of the path, whatever the locale, as every writer of the tree needs it. */
export function sortedPaths(paths: Iterable<string>): readonly string[] {
  return [...paths].toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
}
