/**
 * `npm run bench:build`: what the build side costs beside the same done by hand, in one run, in turns. Each row is the median of the wall time and
 * of the processor time (user and system, children included), so that a busy machine is seen for what it is. `-- --runs N --json`.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const root = path.resolve(import.meta.dirname, '..', '..')
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs takes a whole number of at least 1, not ${values.runs}`)

/** How many examples the row of doctests adds. */
const EXAMPLES = 500

type Row = {
  readonly name: string
  /** Milliseconds above `beside`, or in all when there is none. */
  readonly goalMs: number
  readonly beside?: string
  readonly command: readonly string[]
  readonly cwd: string
  /** Before each run, not counted. */
  readonly before?: () => void
}

/** In milliseconds. */
type Cost = { readonly wall: number; readonly processor: number }

const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-build-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const alk = installCommand()
  const project = path.join(folder, 'greeting')
  execFileSync(alk, ['new', project], { stdio: 'ignore' })
  writeFileSync(path.join(project, 'empty.js'), '')
  mkdirSync(path.join(project, 'tasks'))
  writeFileSync(path.join(project, 'tasks/trivial.ts'), '/** Does nothing. */\nexport default { run: () => {} }\n')
  say('installing the tools of the project, once')
  execFileSync(alk, ['install'], { cwd: project, stdio: 'ignore' })
  // A project of its own: what is measured with nothing changed must not see it come and go.
  const documented = path.join(folder, 'documented')
  cpSync(project, documented, { recursive: true, verbatimSymlinks: true })
  writeFileSync(path.join(documented, 'src/examples.ts'), examplesText())
  execFileSync(alk, ['test', '--stale'], { cwd: project, stdio: 'ignore' })
  const rows = rowsOf(alk, { project, documented })
  const costs = new Map<string, Cost[]>(rows.map(({ name }) => [name, []]))
  for (let turn = 0; turn <= runs; turn++) {
    if (turn > 0) say(`run ${turn} of ${runs}`)
    for (const row of rows) {
      row.before?.()
      const cost = await measure(row)
      // The first turn warms caches.
      if (turn > 0) costs.get(row.name)?.push(cost)
    }
  }
  const medians = rows.map((row) => ({ row, cost: medianOf(costs.get(row.name) ?? []) }))
  const report = medians.map(({ row, cost }) => {
    const beside = medians.find((other) => other.row.name === row.beside)?.cost ?? { wall: 0, processor: 0 }
    const above = { wall: cost.wall - beside.wall, processor: cost.processor - beside.processor }
    return { name: row.name, beside: row.beside ?? null, goalMs: row.goalMs, cost, above }
  })
  if (values.json) process.stdout.write(`${JSON.stringify({ runs, rows: report })}\n`)
  else for (const row of report) process.stdout.write(`${line(row)}\n`)
}

type Projects = { readonly project: string; readonly documented: string }

function rowsOf(alk: string, { project, documented }: Projects): readonly Row[] {
  const node = [process.execPath, 'empty.js']
  const vitest = [path.join(project, 'node_modules/.bin/vitest'), 'run']
  const made = path.join(folder, 'made')
  return [
    { name: 'node', goalMs: 0, command: node, cwd: project },
    {
      name: 'alk new',
      goalMs: 300,
      command: [alk, 'new', made],
      cwd: folder,
      before: () => rmSync(made, { recursive: true, force: true }),
    },
    { name: 'alk compile', goalMs: 100, beside: 'node', command: [alk, 'compile'], cwd: project },
    {
      name: 'tsc -b by hand',
      goalMs: 0,
      cwd: project,
      command: [path.join(project, 'node_modules/.bin/tsc'), '-b', '.', 'test'],
    },
    { name: 'alk test --stale', goalMs: 100, beside: 'node', command: [alk, 'test', '--stale'], cwd: project },
    { name: 'alk task trivial', goalMs: 100, beside: 'node', command: [alk, 'task', 'trivial'], cwd: project },
    { name: 'vitest by hand', goalMs: 0, command: vitest, cwd: project },
    {
      name: 'alk test --no-doctests',
      goalMs: 100,
      beside: 'vitest by hand',
      command: [alk, 'test', '--no-doctests'],
      cwd: project,
    },
    { name: 'alk test', goalMs: 0, command: [alk, 'test'], cwd: project },
    {
      name: `alk test, ${EXAMPLES} examples`,
      goalMs: 2000,
      beside: 'alk test',
      cwd: documented,
      command: [alk, 'test'],
    },
  ]
}

/** One exported function whose docs have that many examples, each a test. */
function examplesText(): string {
  const examples = Array.from({ length: EXAMPLES }, (_, index) => [
    ' * @example',
    ' * ```ts',
    ` * twice(${index}); // => ${2 * index}`,
    ' * ```',
  ])
  return `/**\n * Twice a number.\n${examples.flat().join('\n')}\n */\nexport function twice(value: number): number {\n  return 2 * value;\n}\n`
}

/** The packed command in a prefix of its own; its path. */
function installCommand(): string {
  const tarball = path.join(root, 'dist', 'alkahest.tgz')
  execFileSync(process.execPath, [path.join(root, 'test', 'pack', 'main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const prefix = path.join(folder, 'prefix')
  execFileSync('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', tarball], {
    stdio: 'ignore',
  })
  return path.join(prefix, 'bin', 'alk')
}

async function measure({ name, command, cwd }: Row): Promise<Cost> {
  const [program = '', ...args] = command
  const env = { ...process.env, ALKAHEST_HOME: path.join(folder, 'home'), NO_COLOR: '1' }
  const before = childrenMs()
  const start = performance.now()
  const child = spawn(program, args, { cwd, env, stdio: 'ignore' })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('exit', resolve)
  const code = await promise
  const wall = performance.now() - start
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${command.join(' ')}`)
  return { wall, processor: childrenMs() - before }
}

/** Processor time of all children that ended and were waited for, from the kernel's own account (Linux). */
function childrenMs(): number {
  const MS_PER_TICK = 10
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK
}

function medianOf(costs: readonly Cost[]): Cost {
  const median = (numbers: readonly number[]): number =>
    numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0
  return { wall: median(costs.map(({ wall }) => wall)), processor: median(costs.map(({ processor }) => processor)) }
}

type ReportRow = {
  readonly name: string
  readonly beside: string | null
  readonly goalMs: number
  readonly cost: Cost
  readonly above: Cost
}

function line({ name, beside, goalMs, cost, above }: ReportRow): string {
  const total = `${name.padEnd(24)}${ms(cost.wall)} wall ${ms(cost.processor)} processor`
  if (goalMs === 0) return total
  const against = beside === null ? 'in all' : `above ${beside}`
  return `${total}   ${against}: ${ms(above.wall)} wall ${ms(above.processor)} processor, goal ${goalMs}`
}

function ms(milliseconds: number): string {
  return `${Math.round(milliseconds)} ms`.padStart(8)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
