/** The project's own tools: what is in its node_modules, of the version in its lockfile. Nothing global is ever used. */
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { userError } from '@alkahest/core'
import type { Build } from './build.ts'

/** Command to the package that brings it. */
const TOOL_PACKAGES = { tsc: 'typescript', vitest: 'vitest', oxfmt: 'oxfmt', oxlint: 'oxlint', turbo: 'turbo' } as const

export type ToolName = keyof typeof TOOL_PACKAGES

/** The path of a tool's command, in the package or the nearest folder above it up to the workspace. Throws `TOOL_MISSING`. */
export function findTool(build: Build, tool: ToolName): string {
  for (const folder of foldersUpToRoot(build)) {
    const path = join(folder, 'node_modules', '.bin', tool)
    if (isExecutable(path)) return path
  }
  throw missing(build, tool)
}

/**
 * TypeScript's compiler is a native program behind a small script; started without the script it saves the start of a
 * Node. The script is used where the program is not found.
 */
export function findCompiler(build: Build): string {
  const command = findTool(build, 'tsc')
  for (const folder of foldersUpToRoot(build)) {
    const manifest = join(folder, 'node_modules', 'typescript', 'package.json')
    if (!existsSync(manifest)) continue
    const program = nativeCompiler(realpathSync(manifest))
    return program !== undefined && isExecutable(program) ? program : command
  }
  return command
}

function nativeCompiler(manifest: string): string | undefined {
  try {
    const platform = createRequire(manifest).resolve(
      `@typescript/typescript-${process.platform}-${process.arch}/package.json`,
    )
    return join(dirname(platform), 'lib', 'tsc')
  } catch {
    return undefined // a TypeScript without native program: the script it is
  }
}

function* foldersUpToRoot({ directory, root }: Build): Generator<string> {
  for (let current = directory; ; current = dirname(current)) {
    yield current
    if (current === root || dirname(current) === current) return
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function missing(build: Build, tool: ToolName): Error {
  const name = TOOL_PACKAGES[tool]
  const { dependencies, devDependencies, optionalDependencies } = build.manifest
  const isAsked = name in dependencies || name in devDependencies || name in optionalDependencies
  return userError('TOOL_MISSING', `${tool} is not installed in ${build.manifest.name ?? build.directory}`, {
    hint: isAsked ? `package.json asks for ${name}: run \`alk install\`` : `run \`alk add -D ${name}\``,
  })
}
