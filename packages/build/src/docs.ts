/**
 * `alk docs`: a site out of the package's doc comments, its README and its guides, by typedoc; the sources beside it, so
 * that every "Defined in" leads somewhere also from `file:`; and the same as Markdown with an llms.txt for programs that
 * read. typedoc wants an older TypeScript than the project's own: both stand in a tool folder of their own.
 */
import { globSync, mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { userError } from '@alkahest/core'
import type { Build, RunReport } from './build.ts'
import { docsIn } from './docs-index.ts'
import { renderLlmsIndex, renderReference, renderSourcePage } from './docs-pages.ts'
import type { DocumentedPackage } from './docs-pages.ts'
import { ownEntries } from './doctest/doctest-files.ts'
import type { ProgramPlan } from './program-plan.ts'
import { runPlans } from './run-plans.ts'
import { scriptEnvironment } from './script-environment.ts'

/** What has to be installed in the tool folder, exactly. */
export const docsTools: Readonly<Record<string, string>> = { typedoc: '0.28.20', typescript: '6.0.3' }

export type DocsOptions = {
  /** A folder in which {@link docsTools} are installed, absolute. */
  readonly toolDirectory: string
  /** Relative to the package; default `build/docs`. */
  readonly output?: string
  /** Links and names in docs that lead nowhere fail. */
  readonly warningsAsErrors?: boolean
}

export type DocsReport = RunReport & {
  /** Absolute: where index.html is. */
  readonly directory: string
}

/** Throws `DOCS_NOTHING_TO_DOCUMENT` when there is no source to begin with, and `TOOL_MISSING`. */
export async function docs(build: Build, options: DocsOptions): Promise<DocsReport> {
  const directory = outputOf(build, options)
  const report = await runPlans(build, [planDocs(build, options)])
  if (report.exitCode === 0) writePages(build, directory)
  return { ...report, directory }
}

export function planDocs(build: Build, options: DocsOptions): ProgramPlan {
  const program = join(options.toolDirectory, 'node_modules/typedoc/bin/typedoc')
  if (!existsSync(program)) {
    throw userError('TOOL_MISSING', `typedoc is not installed in ${options.toolDirectory}`, {
      hint: 'run `alk docs` once with the registry at hand: it installs what it needs',
    })
  }
  const has = (path: string): boolean => existsSync(join(build.directory, path))
  return {
    program: process.execPath,
    args: [
      program,
      ...entriesOf(build).flatMap((entry) => ['--entryPoints', entry]),
      '--out',
      outputOf(build, options),
      '--displayBasePath',
      build.directory,
      '--readme',
      has('README.md') ? 'README.md' : 'none',
      ...(has('docs') ? ['--projectDocuments', 'docs/**/*.md'] : []),
      ...(has('CHANGELOG.md') ? ['--projectDocuments', 'CHANGELOG.md'] : []),
      ...(has('tsconfig.json') ? ['--tsconfig', 'tsconfig.json'] : []),
      // The project's own compiler says what is wrong with the code; this one is older.
      '--skipErrorChecking',
      '--includeVersion',
      '--disableGit',
      '--gitRevision',
      'source',
      '--sourceLinkTemplate',
      '../source/{path}.html#L{line}',
      '--logLevel',
      'Warn',
      ...(options.warningsAsErrors === true ? ['--treatWarningsAsErrors'] : []),
    ],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

/** The sources behind `exports`; the usual first file when package.json names none. */
function entriesOf(build: Build): readonly string[] {
  const { name, document } = build.manifest
  const own = Object.values(ownEntries({ directory: build.directory, name, exports: document.exports }))
  const usual = ['src/index.ts', 'src/main.ts', 'index.ts'].filter((path) => existsSync(join(build.directory, path)))
  const entries = own.length > 0 ? own : usual.slice(0, 1)
  if (entries.length > 0) return [...new Set(entries)].sort()
  throw userError('DOCS_NOTHING_TO_DOCUMENT', `${name ?? build.directory} has no source to document`, {
    hint: 'name the compiled entry under "exports" in package.json, with its source of the same name in src',
  })
}

function writePages(build: Build, directory: string): void {
  const sources = globSync('src/**/*.{ts,mts,tsx}', { cwd: build.directory })
    .map((path) => path.split(sep).join('/'))
    .sort()
  for (const path of sources)
    write(
      join(directory, 'source', `${path}.html`),
      renderSourcePage(path, readFileSync(join(build.directory, path), 'utf8')),
    )
  const described = describePackage(build)
  write(join(directory, 'llms.txt'), renderLlmsIndex(described))
  write(join(directory, 'reference.md'), renderReference(described))
  for (const { path, text } of described.guides) write(join(directory, path), text)
}

function describePackage({ directory, manifest }: Build): DocumentedPackage {
  const paths = globSync(['README.md', 'CHANGELOG.md', 'docs/**/*.md'], { cwd: directory }).map((path) =>
    path.split(sep).join('/'),
  )
  const { description } = manifest.document
  return {
    name: manifest.name ?? 'package',
    version: manifest.version,
    description: typeof description === 'string' ? description : undefined,
    guides: paths.sort().map((path) => ({ path, text: readFileSync(join(directory, path), 'utf8') })),
    docs: docsIn(directory),
  }
}

function outputOf(build: Build, { output = 'build/docs' }: DocsOptions): string {
  return resolve(build.directory, output)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
