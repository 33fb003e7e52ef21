/**
 * What the build side knows of the package it works on: handed in whole, so that nothing here looks at the process it
 * runs in, and a test can make a world of its own.
 */
import type { Manifest } from '@alkahest/core'
import { runProgram } from './run-program.ts'
import type { RunProgram } from './run-program.ts'

export type BuildOptions = {
  /** The package's folder, absolute. */
  readonly directory: string
  /** The folder of its workspace, absolute; the same as `directory` for a package alone. */
  readonly root: string
  readonly manifest: Manifest
  /** The environment that children inherit, usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the command was typed, absolute: files are relative to it, scripts see it as INIT_CWD. */
  readonly invokedFrom: string
  /** `stderr` sends what children print there, also what they print on stdout: under --json stdout is one document. */
  readonly childOutput: 'inherit' | 'stderr'
  /** The file of the alk program itself, which scripts see as npm_execpath. */
  readonly entry?: string
  /** What scripts see as npm_config_user_agent. */
  readonly userAgent?: string
  /** Waits for and takes the lock of this name in the package, so that two commands do not write the same files at once. */
  readonly lock?: (name: string) => Promise<Disposable>
  /** How plans are run; a test gives its own. */
  readonly runProgram?: RunProgram
}

export type Build = BuildOptions & { readonly runProgram: RunProgram }

/** The exit code of a command that runs a program is the program's. */
export type RunReport = { readonly exitCode: number }

export function openBuild(options: BuildOptions): Build {
  return { ...options, runProgram: options.runProgram ?? runProgram }
}
