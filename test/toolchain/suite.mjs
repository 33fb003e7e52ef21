/**
 * A suite: the checks (for `npm test`), then vitest, then one line of counts.
 *
 * Every stage runs, also after one that failed: who mends the types wants to know about the tests too. In the counts a
 * check is one, a test is one, and so is a file that could not be loaded or a vitest that fell over.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runInherited, runQuietly } from './process.mjs'

/** Scripts of package.json; turbo repeats the answer of one whose inputs have not changed. */
const checks = [
  { name: 'format', script: 'check:format', hint: 'npx oxfmt writes the files as they should be' },
  { name: 'lint', script: 'check:lint' },
  { name: 'types', script: 'check:types' },
  { name: 'build', script: 'build' },
]
const MILLISECONDS_PER_SECOND = 1_000

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/**
 * @typedef {object} SuiteOptions
 * @property {string} root
 * @property {string} node the toolchain's Node
 * @property {NodeJS.ProcessEnv} env
 * @property {string} config vitest's configuration of this suite
 * @property {boolean} checks whether format, lint, types and build belong to it
 * @property {readonly string[]} args passed on to vitest
 */

/**
 * @param {SuiteOptions} options
 * @returns {Promise<number>} the exit code: 0 when nothing failed
 */
export async function runSuite(options) {
  const results = [
    ...(options.checks ? await runChecks(options) : []),
    { name: 'tests', ...(await runVitest(options)) },
  ]
  const sum = (/** @type {keyof Counts} */ key) => results.reduce((total, result) => total + result[key], 0)
  const counts = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
  const broken = results.filter((result) => result.failed > 0).map((result) => result.name)
  if (broken.length > 0) console.log(`\nfailed: ${broken.join(', ')}`)
  console.log(`\n${formatCounts(counts)}`)
  return broken.length === 0 ? 0 : 1
}

/**
 * The last line of every suite, alone on it: people and machines read it.
 * @param {Counts} counts
 */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** @param {SuiteOptions} options */
async function runChecks({ root, node, env }) {
  const turbo = path.join(root, 'node_modules', 'turbo', 'bin', 'turbo')
  const results = []
  for (const { name, script, hint } of checks) {
    const started = Date.now()
    const run = await runQuietly(
      node,
      [turbo, 'run', `//#${script}`, '--output-logs=errors-only', '--log-prefix=none', '--no-color'],
      { cwd: root, env },
    )
    const seconds = ((Date.now() - started) / MILLISECONDS_PER_SECOND).toFixed(1)
    console.log(`${name.padEnd(8)}${run.code === 0 ? 'ok' : 'FAILED'}  ${seconds} s`)
    if (run.code !== 0) {
      console.log(run.output)
      if (hint !== undefined) console.log(`hint: ${hint}`)
    }
    results.push({ name, passed: Number(run.code === 0), failed: Number(run.code !== 0), skipped: 0 })
  }
  return results
}

/**
 * @param {SuiteOptions} options
 * @returns {Promise<Counts>}
 */
async function runVitest({ root, node, env, config, args }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-suite-'))
  const file = path.join(folder, 'result.json')
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const code = await runInherited(node, [vitest, 'run', '--config', config, ...reporters, ...args], {
      cwd: root,
      env,
    })
    const result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
    return countsOf(result, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @typedef {object} VitestResult vitest's JSON report, as far as it is read here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * An exit code that the counts do not explain (a crash, an error outside every test) is one failure.
 * @param {VitestResult | undefined} result undefined when vitest ended before it could write one
 * @param {number} code
 * @returns {Counts}
 */
export function countsOf(result, code) {
  if (result === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const unloadable = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = result.numFailedTests + unloadable
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}
