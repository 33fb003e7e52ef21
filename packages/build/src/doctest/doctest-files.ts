/**
 * The doctests of a package on disk: one generated test file for each documented file, under node_modules/.doctest, written
 * only when it changes, so that the test runner's own cache keeps working. A tsconfig.json beside them lets the compiler
 * check the examples.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import type { JsonObject } from '@alkahest/core'
import { exportedNames, renderDoctestModule } from './doctest-module.ts'
import { examplesOfMarkdown, examplesOfSource } from './example.ts'
import type { Example } from './example.ts'

export type DoctestPackage = {
  /** Absolute. */
  readonly directory: string
  readonly name: string | undefined
  /** What package.json says under `exports`, to find the source of the package's own name. */
  readonly exports: unknown
}

export type DoctestFile = {
  /** POSIX, relative to the package: `src/index.ts`. */
  readonly documented: string
  /** The generated file, absolute. */
  readonly path: string
  readonly examples: number
}

/** Relative to the package. */
export const doctestFolder = 'node_modules/.doctest'

const SOURCES: readonly string[] = ['src/**/*.ts', 'src/**/*.mts', 'src/**/*.tsx']
const TEXTS: readonly string[] = ['*.md', 'docs/**/*.md']
/** As many documented files as a package of the largest kind has sources. */
const FILE_COUNT_MAX = 20_000

/** The test file that holds all the others: one worker runs every example, however many files they stand in. */
export const doctestEntry: string = `${doctestFolder}/examples.ts`

/** What a person asks for: part of a path, or one file and a line in one of its examples. */
export type DoctestFilter = { readonly path: string; readonly line: number | undefined }

/**
 * Brings the generated files up to date and returns those that the filters ask for, all when there are none; empty when
 * nothing is documented by examples.
 */
export function writeDoctests(of: DoctestPackage, filters: readonly DoctestFilter[] = []): readonly DoctestFile[] {
  const files: DoctestFile[] = []
  for (const documented of documentedFiles(of.directory)) {
    const asked = filters.filter(({ path, line }) =>
      line === undefined ? documented.includes(path) : documented === path,
    )
    if (filters.length > 0 && asked.length === 0) continue
    const lines = asked.flatMap(({ line }) => (line === undefined ? [] : [line]))
    const rendered = renderDoctest(of, documented, lines.length < asked.length ? [] : lines)
    if (rendered === undefined || rendered.examples === 0) continue
    writeIfChanged(rendered.path, rendered.text)
    files.push({ documented, path: rendered.path, examples: rendered.examples })
  }
  if (filters.length === 0) removeOthers(of.directory, files)
  if (files.length > 0) {
    writeIfChanged(join(of.directory, doctestFolder, 'tsconfig.json'), compilerConfiguration(of))
    writeIfChanged(join(of.directory, doctestEntry), renderEntry(of.directory, files))
  }
  return files
}

/** A file that does not load is a test that fails, and the others run all the same. */
function renderEntry(directory: string, files: readonly DoctestFile[]): string {
  const folder = join(directory, doctestFolder)
  const loads = files.map(({ documented, path }) => {
    const specifier = `./${relative(folder, path).split(sep).join('/')}`
    return `examples(${JSON.stringify(documented)}, () => import(${JSON.stringify(specifier)}));\n`
  })
  return `import { describe, test } from "vitest";

function examples(file: string, load: () => Promise<unknown>): void {
  describe(file, () =>
    load().then(
      () => undefined,
      (error: unknown) => test("loads", () => Promise.reject(error)),
    ),
  );
}

${loads.join('')}`
}

/** The documented file that a generated one stands for, both relative to the package and POSIX. */
export function documentedOf(path: string): string {
  const inside = path.startsWith(`${doctestFolder}/`) ? path.slice(doctestFolder.length + 1) : path
  return inside.replace(/\.md\.ts$/, '.md')
}

function documentedFiles(directory: string): readonly string[] {
  const exclude = (path: string): boolean => path.includes('node_modules')
  const found = globSync([...SOURCES, ...TEXTS], { cwd: directory, exclude }).map((path) => path.split(sep).join('/'))
  return found
    .filter((path) => !/\.d\.m?ts$/.test(path))
    .sort()
    .slice(0, FILE_COUNT_MAX)
}

function renderDoctest(
  of: DoctestPackage,
  documented: string,
  lines: readonly number[],
): { path: string; text: string; examples: number } | undefined {
  const text = readFileSync(join(of.directory, documented), 'utf8')
  const isMarkdown = documented.endsWith('.md')
  const all = isMarkdown ? examplesOfMarkdown(text) : examplesOfSource(text)
  const examples =
    lines.length === 0 ? all : all.filter((example) => example.isSetUp || lines.some((line) => isAt(example, line)))
  if (examples.length === 0) return undefined
  const path = join(of.directory, doctestFolder, isMarkdown ? `${documented}.ts` : documented)
  const specifier = relative(dirname(path), join(of.directory, documented)).split(sep).join('/')
  return {
    path,
    examples: examples.filter((example) => !example.isSetUp).length,
    text: renderDoctestModule({
      examples,
      lineCount: text.split('\n').length + 1,
      source: isMarkdown ? undefined : { specifier, names: exportedNames(text) },
    }),
  }
}

function isAt({ openLine, closeLine }: Example, line: number): boolean {
  return line >= openLine && line <= closeLine
}

/** The source of the package's own name, as examples import it: `exports` names the compiled file, src holds its source. */
export function ownEntries({ directory, name, exports }: DoctestPackage): Readonly<Record<string, string>> {
  if (name === undefined) return {}
  const entries =
    typeof exports === 'string' ? { '.': exports } : ((exports ?? { '.': './dist/index.js' }) as JsonObject)
  const subpaths = Object.entries(entries).filter(([subpath]) => subpath.startsWith('.') && !subpath.includes('*'))
  return Object.fromEntries(
    subpaths.flatMap(([subpath, target]) => {
      const source = sourceOf(directory, firstFile(target))
      return source === undefined ? [] : [[posix.join(name, subpath), source]]
    }),
  )
}

function firstFile(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  const { import: forImport, default: standard } = target as { readonly import?: unknown; readonly default?: unknown }
  return firstFile(forImport ?? standard)
}

function sourceOf(directory: string, file: string | undefined): string | undefined {
  const inside = /^\.\/(?:dist|lib|build)\/(.+)\.m?js$/.exec(file ?? '')?.[1]
  if (inside === undefined) return undefined
  return [`src/${inside}.ts`, `src/${inside}.mts`, `src/${inside}.tsx`].find((path) =>
    existsSync(join(directory, path)),
  )
}

function compilerConfiguration(of: DoctestPackage): string {
  const toPackage = doctestFolder.replaceAll(/[^/]+/g, '..')
  const paths = Object.entries(ownEntries(of)).map(([name, source]) => [name, [`${toPackage}/${source}`]])
  return `${JSON.stringify(
    {
      extends: existsSync(join(of.directory, 'tsconfig.json')) ? `${toPackage}/tsconfig.json` : undefined,
      compilerOptions: {
        rootDir: toPackage,
        noEmit: true,
        composite: false,
        declaration: false,
        isolatedDeclarations: false,
        incremental: true,
        tsBuildInfoFile: './doctest.tsbuildinfo',
        allowImportingTsExtensions: true,
        rewriteRelativeImportExtensions: false,
        verbatimModuleSyntax: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        paths: Object.fromEntries(paths) as object,
      },
      include: ['./**/*.ts', './**/*.mts', './**/*.tsx'],
      exclude: [],
      references: [],
    },
    undefined,
    2,
  )}\n`
}

function removeOthers(directory: string, files: readonly DoctestFile[]): void {
  const folder = join(directory, doctestFolder)
  const known = new Set([doctestEntry, ...files.map(({ path }) => relative(directory, path).split(sep).join('/'))])
  for (const path of globSync('**/*.{ts,mts,tsx}', { cwd: folder })) {
    if (!known.has(posix.join(doctestFolder, path.split(sep).join('/')))) rmSync(join(folder, path), { force: true })
  }
}

function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
