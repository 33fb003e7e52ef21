/**
 * Before a package is published: whether its consumers will find what it promises. publint looks at `exports` and the files
 * behind them and comes with alk; attw looks at the types under each way of resolving a module, and stands in a tool folder
 * of its own, as typedoc does, since it brings a compiler. Both look at the tarball itself.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asJsonObject, userError } from '@alkahest/core'
import type { Json, JsonObject } from '@alkahest/core'
import type { Build } from './build.ts'
import type { ProgramPlan } from './program-plan.ts'
import { scriptEnvironment } from './script-environment.ts'

/** What has to be installed in the tool folder of {@link checkTypes}, exactly. */
export const typeCheckTools: Readonly<Record<string, string>> = { '@arethetypeswrong/cli': '0.18.5' }

export type PackageProblem = {
  /** An error is wrong for somebody; a warning is wrong for some, or soon. */
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** What is in the tarball, without its root folder. */
export type PackedFile = { readonly path: string; readonly content: Uint8Array }

/** The folder that publint is told the files lie in; it exists nowhere. */
const PACKAGE_FOLDER = 'package'

/** Looks at the entries of package.json and the files that they name. */
export async function checkEntries(files: readonly PackedFile[]): Promise<readonly PackageProblem[]> {
  const [{ publint }, { formatMessage }] = await Promise.all([import('publint'), import('publint/utils')])
  const { messages, pkg } = await publint({
    pkgDir: PACKAGE_FOLDER,
    level: 'warning',
    pack: { files: files.map(({ path, content }) => ({ name: `${PACKAGE_FOLDER}/${path}`, data: content })) },
  })
  return messages.map((message) => ({
    severity: message.type === 'error' ? 'error' : 'warning',
    message: formatMessage(message, pkg, { color: false }) ?? message.code,
  }))
}

/** Whether there is anything for {@link checkTypes} to look at. */
export function hasTypes(files: readonly Pick<PackedFile, 'path'>[]): boolean {
  return files.some(({ path }) => /\.d\.[cm]?ts$/.test(path))
}

export type CheckTypesOptions = {
  /** A folder in which {@link typeCheckTools} are installed, absolute. */
  readonly toolDirectory: string
  readonly tarball: Uint8Array
  /** The manifest as it stands in the tarball. */
  readonly manifest: JsonObject
}

/** Resolves every entry as each kind of consumer does. Throws `TOOL_MISSING` and `PROGRAM_FAILED`. */
export async function checkTypes(build: Build, options: CheckTypesOptions): Promise<readonly PackageProblem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'alk-check-'))
  try {
    const tarball = join(folder, 'package.tgz')
    await writeFile(tarball, options.tarball)
    const chunks: Uint8Array[] = []
    const plan = planTypeCheck(build, { ...options, tarball })
    const exitCode = await build.runProgram(plan, {
      output: 'collect',
      onOutput: (chunk) => void chunks.push(chunk),
    })
    if (exitCode === 0) return []
    return readProblems(Buffer.concat(chunks).toString('utf8'), passedOver(profileOf(options.manifest)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function planTypeCheck(
  build: Build,
  { toolDirectory, tarball, manifest }: Omit<CheckTypesOptions, 'tarball'> & { readonly tarball: string },
): ProgramPlan {
  const tool = join(toolDirectory, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  if (!existsSync(tool)) {
    throw userError('TOOL_MISSING', `@arethetypeswrong/cli is not installed in ${toolDirectory}`, {
      hint: 'run it once with the registry at hand: alk installs what it needs',
    })
  }
  return {
    program: process.execPath,
    args: [tool, tarball, '--profile', profileOf(manifest), '--format', 'json'],
    cwd: build.directory,
    env: scriptEnvironment(build),
  }
}

type Profile = 'esm-only' | 'node16' | 'strict'

/** What has only ES modules does not promise anything to require(), and nothing with `exports` to those who do not know them. */
function profileOf({ type, main, exports }: JsonObject): Profile {
  const entries = JSON.stringify(exports ?? main ?? '')
  if (type === 'module' && !/"require"|\.cjs"/.test(entries)) return 'esm-only'
  return exports === undefined ? 'strict' : 'node16'
}

/** The kinds of consumers that a profile passes over. */
function passedOver(profile: Profile): readonly string[] {
  return { 'esm-only': ['node10', 'node16-cjs'], node16: ['node10'], strict: [] }[profile]
}

/** What attw calls each kind of problem, as a sentence about an entry. */
const PROBLEMS: Readonly<Record<string, string>> = {
  NoResolution: 'is not found',
  UntypedResolution: 'is found, but has no types',
  FalseCJS: 'is an ES module, but its types say CommonJS',
  FalseESM: 'is CommonJS, but its types say ES module',
  CJSResolvesToESM: 'is an ES module that require() gets',
  FallbackCondition: 'is only found through a mistake of older compilers',
  CJSOnlyExportsDefault: 'exports only a default that CommonJS does not have',
  NamedExports: 'has named exports in its types that Node does not see',
  FalseExportDefault: 'has a default export in its types that is not there',
  MissingExportEquals: 'assigns module.exports, which its types do not say',
  UnexpectedModuleSyntax: 'is written in the syntax of the other kind of module',
  InternalResolutionError: 'imports files that are not there in its types',
}

function readProblems(output: string, kindsPassedOver: readonly string[]): readonly PackageProblem[] {
  const grouped = asJsonObject(asJsonObject(jsonIn(output))?.problems)
  if (grouped === undefined) {
    const said = output.trim().split('\n').slice(0, 3).join(' ').slice(0, 400)
    throw userError('PROGRAM_FAILED', `the types could not be checked: ${said === '' ? 'attw said nothing' : said}`)
  }
  const problems = Object.values(grouped).flatMap((entries) =>
    Array.isArray(entries) ? (entries as readonly Json[]) : [],
  )
  const ours = problems.flatMap((problem) => {
    const fields = asJsonObject(problem)
    const isOurs = !kindsPassedOver.some((resolutionKind) => resolutionKind === fields?.resolutionKind)
    return fields !== undefined && isOurs ? [sentenceOf(fields)] : []
  })
  return [...new Set(ours)].map((message) => ({ severity: 'error', message }))
}

function sentenceOf({ kind, entrypoint, resolutionKind, typesFileName, fileName }: JsonObject): string {
  const file = [typesFileName, fileName].find((name) => typeof name === 'string')?.replace(/^\/node_modules\//, '')
  const what = typeof entrypoint === 'string' ? `the entry "${entrypoint}"` : (file ?? 'the package')
  const whose = typeof resolutionKind === 'string' ? ` for ${resolutionKind}` : ''
  const wrong = typeof kind === 'string' ? (PROBLEMS[kind] ?? `has a problem (${kind})`) : 'has a problem'
  return `${what} ${wrong}${whose}`
}

function jsonIn(output: string): Json | undefined {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))) as Json
  } catch {
    return undefined // it spoke, but no JSON: the caller tells what it said
  }
}
