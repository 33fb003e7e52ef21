/**
 * Are the properties worth anything? Ten bugs, each seeded alone into a copy of the solver in a temporary folder, must all
 * be caught by the properties of packages/resolver/test/properties.test.ts; without any bug the copy must pass.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'

type Bug = {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once; a refactoring that moves it must move the bug too. */
  readonly right: string
  readonly wrong: string
}

const BUGS: readonly Bug[] = [
  {
    name: 'the rule of resolution intersects on its pivot',
    file: 'incompatibility.ts',
    right: 'term.variable === variable ? union(known, term.set) : intersect(known, term.set)',
    wrong: 'intersect(known, term.set)',
  },
  {
    name: 'a resolvent forgets the assumptions of one parent',
    file: 'incompatibility.ts',
    right: 'assumes: [...new Set([...left.assumes, ...right.assumes])]',
    wrong: 'assumes: left.assumes',
  },
  {
    name: 'a fact is told of neighbours that say something else',
    file: 'solver.ts',
    right: 'if (universe.candidate(other) === undefined || !isSame(other)) break',
    wrong: 'if (universe.candidate(other) === undefined) break',
  },
  {
    name: 'requirements are taken as they stand in the manifest',
    file: 'requirement.ts',
    right: '\n    .sort((left, right) =>',
    wrong: '\n    .sort((left, right) => 0 &&',
  },
  {
    name: 'merging moves a requirement out of its range',
    file: 'merge.ts',
    right: '(isMovable(variable) && has(variable.allowed, version) &&',
    wrong: '(isMovable(variable) &&',
  },
  {
    name: 'merging does not look at peers',
    file: 'merge.ts',
    right: '[...conflictPathsIn(solver, moved)].every((path) => before.has(path))',
    wrong: 'conflictPathsIn(solver, moved).size >= 0 || before.size < 0',
  },
  {
    name: 'nothing is merged',
    file: 'merge.ts',
    right: 'pass < MERGE_PASSES_MAX',
    wrong: 'pass < MERGE_PASSES_MAX - 20',
  },
  {
    name: 'nothing that was given up is tried again',
    file: 'reinstate.ts',
    right: '.slice(0, ATTEMPTS_MAX)',
    wrong: '.slice(0, ATTEMPTS_MAX - 40)',
  },
  {
    name: 'optional peers out of their range are no conflict',
    file: 'solver.ts',
    right: 'return provider === undefined ? !peer.optional : !this.isInRange({ provider, peer }, choices)',
    wrong: 'return !peer.optional && (provider === undefined || !this.isInRange({ provider, peer }, choices))',
  },
  {
    name: 'peers are soft in single mode',
    file: 'solver.ts',
    right: 'return this.model.isSingle(peer.name)',
    wrong: 'return this.model.isSingle(peer.name) && peer.name === ""',
  },
]

const packageFolder = path.resolve(import.meta.dirname, '../../packages/resolver')
const vitest = path.resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')

/** What the properties say of the copy; the first that fails ends the run. */
async function properties(bug: Bug | undefined): Promise<{ readonly passed: boolean; readonly output: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alkahest-seeded-'))
  try {
    for (const name of ['src', 'test', 'package.json']) {
      await cp(path.join(packageFolder, name), path.join(folder, name), { recursive: true })
    }
    await symlink(path.join(packageFolder, 'node_modules'), path.join(folder, 'node_modules'))
    await writeFile(path.join(folder, 'vitest.config.mjs'), 'export default { test: { testTimeout: 300_000 } }\n')
    if (bug !== undefined) {
      const file = path.join(folder, 'src', bug.file)
      const parts = (await readFile(file, 'utf8')).split(bug.right)
      expect(parts, `${bug.file} holds "${bug.right}" once`).toHaveLength(2)
      await writeFile(file, parts.join(bug.wrong))
    }
    return await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(folder: string): Promise<{ readonly passed: boolean; readonly output: string }> {
  const { promise, resolve } = Promise.withResolvers<number | null>()
  const child = spawn(process.execPath, [vitest, 'run', '--root', folder, '--bail', '1', 'properties'], {
    cwd: folder,
    env: { ...process.env, ALKAHEST_WORLDS: '150', VITEST: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  child.on('close', resolve)
  return { passed: (await promise) === 0, output }
}

it('the copy passes without a bug', { timeout: 600_000 }, async () => {
  const { passed, output } = await properties(undefined)
  expect(passed, output).toBe(true)
})

it.each(BUGS)('caught: $name', { timeout: 600_000 }, async (bug) => {
  const { passed, output } = await properties(bug)
  expect(passed, output).toBe(false)
  expect(output).toMatch(/Property failed after \d+ tests|worlds is unsolvable/)
})
