/**
 * What a package's own code imports and its package.json does not name: looked for when a command that ran the code or a
 * tool over it has failed. What the others forgot to declare they still find (see the linker); a project's own code does not,
 * and the tools that stumble over it each say it in their own words.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'
import { parsePackageName } from '@alkahest/core'
import type { Manifest } from '@alkahest/core'

export type UndeclaredImport = {
  /** Of the package that is missing. */
  readonly name: string
  /** POSIX, relative to the importing package. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** A look for a hint, not a search of the disk. */
const FILES_MAX = 5000
/** In bytes; longer files are made by programs. */
const FILE_SIZE_MAX = 1024 * 1024

const EXTENSIONS: ReadonlySet<string> = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'])

/** What tools write, or what is installed. */
const IGNORED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage'])

/** `from 'x'`, `import 'x'`, `import('x')`, `require('x')`. */
const IMPORT = /\b(?:from|import|(?:import|require)\s*\()\s*(['"])([^'"]+)\1/g
const COMMENT_BEGINS = /^\s*(?:\/\/|\/?\*)/

/** The first import of each such package, in the order of files; empty when the code asks for nothing that is not there. */
export function findUndeclaredImports(directory: string, manifest: Manifest): readonly UndeclaredImport[] {
  const found = new Map<string, UndeclaredImport>()
  const isMissing = missingTest(directory, manifest)
  for (const path of sourceFiles(directory)) {
    const file = relative(directory, path).split(sep).join('/')
    for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
      if (COMMENT_BEGINS.test(line)) continue
      for (const [, , specifier = ''] of line.matchAll(IMPORT)) {
        const name = packageNameIn(specifier)
        if (name !== undefined && !found.has(name) && isMissing(name)) found.set(name, { name, file, line: index + 1 })
      }
    }
  }
  return [...found.values()]
}

/** Sorted; packages inside the package are not its own code. */
function sourceFiles(directory: string): readonly string[] {
  const files: string[] = []
  const visit = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        const isOwn = !entry.name.startsWith('.') && !IGNORED.has(entry.name) && !existsSync(join(path, 'package.json'))
        if (isOwn && files.length < FILES_MAX) visit(path)
      } else if (entry.isFile() && EXTENSIONS.has(extname(entry.name)) && statSync(path).size <= FILE_SIZE_MAX) {
        files.push(path)
      }
    }
  }
  visit(directory)
  return files.slice(0, FILES_MAX)
}

/** Undefined for paths, `#imports`, Node's own modules and what only a bundler knows (`virtual:x`, `$lib`, `@/x`). */
function packageNameIn(specifier: string): string | undefined {
  const [first = '', second = ''] = specifier.split('/')
  const name = first.startsWith('@') ? `${first}/${second}` : first
  if (isBuiltin(specifier) || isBuiltin(name) || /^[.#]|:/.test(specifier)) return undefined
  try {
    return parsePackageName(name)
  } catch {
    return undefined // no package can be called so
  }
}

/** Whether nothing names a package and nothing answers to its name. */
function missingTest(directory: string, manifest: Manifest): (name: string) => boolean {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  const declared = new Set(
    [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((names) => Object.keys(names)),
  )
  // Paths of the compiler and folders below `baseUrl` look like packages.
  const settings = readdirSync(directory)
    .filter((file) => /^(?:tsconfig.*\.json|vite(?:st)?\.config\.\w+)$/.test(file))
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('\n')
  return (name) => {
    const [first = ''] = name.split('/')
    if (declared.has(name) || name === manifest.name || existsSync(join(directory, first))) return false
    if (settings.includes(`"${first}`) || settings.includes(`'${first}`)) return false
    return !isInstalled(directory, name) && !isInstalled(directory, typesOf(name))
  }
}

/** Where Node would find it: in the package's own node_modules or in those above it. */
function isInstalled(directory: string, name: string): boolean {
  if (existsSync(join(directory, 'node_modules', name))) return true
  const above = dirname(directory)
  return above !== directory && isInstalled(above, name)
}

/** DefinitelyTyped's package for a module that is there in types alone. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`
}
