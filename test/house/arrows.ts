/** The arrows of the house: who may import whom at run time. ARCHITECTURE.md shows the same table. */
import path from 'node:path'
import type { Import } from './imports.ts'

const SCOPE = '@alkahest/'

const everyClientPackage = [
  'build',
  'core',
  'git',
  'http',
  'linker',
  'lockfile',
  'npm-config',
  'project',
  'protocol',
  'registry-client',
  'release',
  'resolver',
  'store',
  'supervisor',
  'templates',
] as const

/** By the package's name without its scope. A package that is not here is a package nobody decided on. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ['core'],
  resolver: ['core'],
  lockfile: ['core'],
  templates: ['core'],
  'npm-config': ['core'],
  http: ['core'],
  project: ['core', 'lockfile'],
  git: ['core', 'project', 'protocol'],
  'registry-client': ['core', 'protocol', 'npm-config', 'http'],
  store: ['core', 'protocol'],
  linker: ['core', 'store'],
  build: ['core', 'project'],
  release: ['core', 'project'],
  // Travels in every release: it may not even import core.
  supervisor: [],
  ops: everyClientPackage,
  cli: ['core', 'ops'],
  registry: ['core', 'protocol', 'npm-config', 'http'],
  'test-support': ['core', 'protocol', 'registry'],
}

/** The package of ours that a specifier names, without the scope; undefined for everything else. */
export function ownPackageOf(specifier: string): string | undefined {
  return specifier.startsWith(SCOPE) ? specifier.slice(SCOPE.length).split('/')[0] : undefined
}

/** The third-party package that a specifier names; undefined for ours, Node's and the project's own files. */
export function foreignPackageOf(specifier: string): string | undefined {
  if (/^(\.|#|node:|\/)/.test(specifier) || specifier.startsWith(SCOPE)) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Sentences about the imports of one package's `src` that follow no arrow. */
export function forbiddenImports(name: string, imports: readonly Import[]): readonly string[] {
  const allowed = arrows[name] ?? []
  return imports.flatMap(({ file, line, specifier }) => {
    const target = ownPackageOf(specifier)
    if (target === undefined || allowed.includes(target)) return []
    const may = allowed.length === 0 ? 'no package of ours' : `only ${allowed.join(', ')}`
    return [`${file}:${line} imports ${specifier}; ${name} may import ${may}`]
  })
}

/** Sentences about relative imports that leave the folder of their package: they go round its face. */
export function escapingImports(folder: string, imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ file, line, specifier }) => {
    if (!specifier.startsWith('.')) return []
    const target = path.posix.join(path.posix.dirname(file), specifier)
    return target.startsWith(`${folder}/`)
      ? []
      : [`${file}:${line} imports ${specifier}, outside ${folder}; import the package by name`]
  })
}
