/** What a release needs from outside, as types: `ops` supplies it. */
import type { Instance } from '@alkahest/core'
import type { Release } from './release.ts'
import type { ReleaseTarget } from './target.ts'

export type PackageFolder = {
  /** Absolute. */
  readonly folder: string
  /** POSIX paths relative to the folder; regular files only. */
  readonly files: readonly {
    readonly path: string
    readonly executable: boolean
    /** What it is called in the folder, where that is not its path. */
    readonly name?: string
  }[]
}

export type RuntimeFiles = {
  /** `24.21.0`. */
  readonly version: string
  /** Absolute path of the Node program for the target. */
  readonly nodeBinary: string
  /** Absolute path of its licence, which has to travel with it. */
  readonly license: string
  /** Of the package it came from. */
  readonly integrity: string
  readonly packageName: string
}

/** What a release needs from outside; `ops` supplies it. */
export type ReleaseHost = {
  /** Runs the project's build; resolves when it succeeded, throws otherwise. */
  compile(release: Release): Promise<void>
  /** The pack list of a member of the workspace, after compiling. */
  readMember(path: string): Promise<PackageFolder>
  /** The files of one package of the graph. */
  readPackage(instance: Instance): Promise<PackageFolder>
  /** The Node runtime for a target: downloaded, checked against its integrity, on disk. */
  fetchRuntime(target: ReleaseTarget): Promise<RuntimeFiles>
  /** The supervisor's main file: `main.ts` among its sources, or the one file that they were bundled into. */
  supervisorFile(): string
  /** A folder that may be emptied at any time, for compressed runtimes; undefined: nothing is kept. */
  readonly cacheFolder?: string
  /** The text of a minisign secret key without a password; undefined: the release is not signed. */
  readonly signingKey?: string
}
