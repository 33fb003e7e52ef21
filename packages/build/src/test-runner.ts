/**
 * The program that runs a project's tests: the project's own vitest, by its documented API, with doctests among the test
 * files. A process of its own, so that the command that started it keeps nothing of vitest in memory, and a signal ends
 * the tests and not the command. Its one argument is a {@link TestRequest} as JSON.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { doctestEntry, doctestFolder, documentedOf, ownEntries, writeDoctests } from './doctest/doctest-files.ts'
import type { DoctestFile, DoctestFilter, DoctestPackage } from './doctest/doctest-files.ts'
import { identityMap } from './doctest/identity-map.ts'
import type { IdentityMap } from './doctest/identity-map.ts'
import type { PluginContext, VitestNode, VitestTest } from './vitest-node.ts'

export type TestRequest = {
  readonly package: DoctestPackage
  /** As for vitest's own command. */
  readonly args: readonly string[]
  readonly doctests: boolean
  /** The compiler, to check the examples' types; undefined when there is none. */
  readonly compiler: string | undefined
  /** How many of the slowest tests are told at the end. */
  readonly slowest: number
}

/** `test('...`, `it.each(...`, `describe.skip(...`, alone on its line but for what stands behind it. */
const TEST_BEGINS = /^\s*(?:test|it|describe|suite)(?:\.\w+)*\s*[(`]/

const request = JSON.parse(process.argv[2] ?? '{}') as TestRequest
process.exitCode = await main(request)

async function main({ package: of, args, doctests, compiler, slowest }: TestRequest): Promise<number> {
  const node = await loadVitest(of.directory)
  const { filter, options } = node.parseCLI(['vitest', 'run', ...args])
  const wanted = filter.map(parseFilter)
  const files = doctests ? writeDoctests(of, wanted) : []
  const types = files.length > 0 && compiler !== undefined ? checkTypes(of.directory, compiler) : Promise.resolve('')
  const filters = wanted
    .filter((asked) => !isExample(asked, files))
    .map(({ path, line }) => (line === undefined ? path : `${path}:${testLineOf(join(of.directory, path), line)}`))
  const entry = files.length > 0 && filter.length > 0 ? [doctestEntry] : []
  const vitest = await node.startVitest(
    'test',
    [...filters, ...entry],
    options,
    files.length === 0 ? {} : doctestOverrides(of),
  )
  const mistakes = await types
  if (mistakes !== '') process.stderr.write(`\nThe types of examples do not fit:\n${mistakes}\n`)
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  process.stdout.write(closingWords(of.directory, tests, slowest))
  if (!vitest.shouldKeepServer()) await vitest.close()
  return mistakes === '' ? Number(process.exitCode ?? 0) : 1
}

/** `src/index.ts:12`, or part of a path. */
function parseFilter(text: string): DoctestFilter {
  const [, path, line] = /^(?:\.\/)?(.+):(\d+)$/.exec(text) ?? []
  return path === undefined ? { path: text.replace(/^\.\//, ''), line: undefined } : { path, line: Number(line) }
}

/** A line of a documented file is nothing that vitest knows: the generated entry stands for it. */
function isExample(filter: DoctestFilter | undefined, files: readonly DoctestFile[]): boolean {
  return filter?.line !== undefined && files.some((file) => file.documented === filter.path)
}

/** The line on which the test begins that a line lies in: vitest knows a test by nothing else. */
function testLineOf(file: string, line: number): number {
  const source = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const before = source.slice(0, line).findLastIndex((text) => TEST_BEGINS.test(text))
  return before < 0 ? line : before + 1
}

/** The project's own vitest, whatever its version: its API is looked up from the project's folder. */
async function loadVitest(directory: string): Promise<VitestNode> {
  const path = createRequire(join(directory, 'package.json')).resolve('vitest/node')
  return (await import(pathToFileURL(path).href)) as VitestNode
}

/** The generated files lie in node_modules, which test runners leave alone: here they are let in. */
function doctestOverrides(of: DoctestPackage): object {
  const folder = join(of.directory, doctestFolder)
  const aliases = Object.entries(ownEntries(of)).map(([name, source]) => ({
    find: new RegExp(`^${escaped(name)}$`),
    replacement: join(of.directory, source),
  }))
  return {
    resolve: { alias: aliases },
    test: { server: { deps: { inline: [new RegExp(escaped(`/${doctestFolder}/`))] } } },
    plugins: [
      {
        name: 'alkahest:doctest',
        enforce: 'pre',
        load: (id: string) =>
          id.startsWith(`${folder}/`) && id !== join(of.directory, doctestEntry)
            ? loadDoctest(of.directory, id)
            : undefined,
        configureVitest: admitDoctests,
      },
    ],
  }
}

/** The generated text with a map to the documented file: failures are told at the example's own line. */
function loadDoctest(directory: string, id: string): { readonly code: string; readonly map: IdentityMap } {
  const code = readFileSync(id, 'utf8')
  const documented = join(directory, documentedOf(relative(directory, id)))
  return { code, map: identityMap(code.split('\n').length, documented, readFileSync(documented, 'utf8')) }
}

function admitDoctests({ project, vitest }: PluginContext): void {
  if (vitest.projects[0] !== undefined && vitest.projects[0] !== project) return // once, not in every project
  const { config } = project
  config.include.push(doctestEntry)
  config.exclude = config.exclude.map((pattern) =>
    pattern === '**/node_modules/**' ? '**/node_modules/!(.doctest)/**' : pattern,
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
}

/** The compiler's complaints about examples, with the documented files' own names; nothing when there are none. */
function checkTypes(directory: string, compiler: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, ['-p', doctestFolder, '--pretty', 'false'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', () =>
      resolve(output.replaceAll(/^([^\s(][^(\n]*)(?=\(\d+,\d+\): )/gm, (path) => documentedOf(path)).trim()),
    )
  })
}

/** What to paste to run a failed test again, and the slowest tests when they were asked for. */
function closingWords(directory: string, tests: readonly VitestTest[], slowest: number): string {
  const place = (test: VitestTest): string => {
    const path = relative(directory, test.module.moduleId)
    const documented = path === doctestEntry ? (test.fullName.split(' > ')[0] ?? path) : path
    const thrown = test.result().errors?.[0]?.stacks?.find((frame) => relative(directory, frame.file) === documented)
    const line = path === documented ? test.location?.line : thrown?.line
    return line === undefined ? documented : `${documented}:${line}`
  }
  const failed = [...new Set(tests.filter((test) => test.result().state === 'failed').map(place))].sort()
  const again =
    failed.length === 0
      ? ''
      : `To run ${failed.length === 1 ? 'it' : 'them'} again:\n${failed.map((path) => `  alk test ${path}\n`).join('')}\n`
  const timed = tests
    .map((test) => ({ test, duration: test.diagnostic()?.duration ?? 0 }))
    .sort((left, right) => right.duration - left.duration)
    .slice(0, slowest)
    .map(({ test, duration }) => `  ${duration.toFixed(0).padStart(6)} ms  ${place(test)}  ${test.fullName}\n`)
  return again + (timed.length === 0 ? '' : `Slowest tests:\n${timed.join('')}\n`)
}
