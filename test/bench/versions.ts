/**
 * `node test/bench/versions.ts DIR...`: alk, npm and pnpm resolve the package.json of each folder through one registry (the
 * one that npm is configured for), and every difference in versions is named with its cause. Exits with 1 when one has none.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ResolvedEdge } from '@alkahest/core'
import { parseLockfile } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import { importPackageLock, importPnpmLock } from '@alkahest/lockfile/import'
import { compareVersions } from './version-differences.ts'
import type { Edges, Graph } from './version-differences.ts'

const MILLISECONDS_PER_SECOND = 1000
const alk = path.resolve(import.meta.dirname, '..', '..', 'packages', 'cli', 'src', 'main.ts')

type Tool = {
  readonly name: string
  readonly words: readonly string[]
  readonly lockfile: string
  readonly read: (text: string, place: string) => Lockfile
}

const ours: Tool = {
  name: 'alk',
  words: [process.execPath, alk, 'install', '--lockfile-only', '--no-frozen'],
  lockfile: 'alkahest.lock',
  read: parseLockfile,
}
const others: readonly Tool[] = [
  {
    name: 'npm',
    words: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
    lockfile: 'package-lock.json',
    read: importPackageLock,
  },
  {
    name: 'pnpm',
    words: ['pnpm', 'install', '--lockfile-only', '--ignore-scripts', '--no-frozen-lockfile', '--pm-on-fail=ignore'],
    lockfile: 'pnpm-lock.yaml',
    read: importPnpmLock,
  },
]

const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-versions-'))
try {
  for (const project of process.argv.slice(2)) compareProject(path.resolve(project))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function compareProject(project: string): void {
  const [mine, ...theirs] = [ours, ...others].map((tool) => ({ tool, ...resolve(project, tool) }))
  if (mine === undefined) throw new Error('no tool of our own')
  console.log(`\n${path.basename(project)}`)
  for (const { tool, lockfile, seconds, failure } of [mine, ...theirs]) {
    if (lockfile === undefined) console.log(`  ${tool.name.padEnd(5)} failed: ${failure}`)
    else console.log(`  ${tool.name.padEnd(5)} ${counts(lockfile)}, ${seconds.toFixed(1)} s`)
  }
  if (mine.lockfile === undefined) {
    process.exitCode = 1
    return
  }
  for (const { tool, lockfile } of theirs) {
    if (lockfile === undefined) continue
    for (const { name, cause, ...versions } of compareVersions(graphOf(mine.lockfile), graphOf(lockfile))) {
      const [a, b] = [versions.ours, versions.theirs].map((list) => list.join(' and ') || 'none')
      console.log(`    ${name}: ${a}, ${tool.name} ${b}: ${cause}`)
      if (cause === 'unexplained') process.exitCode = 1
    }
  }
}

type Resolved = { readonly lockfile: Lockfile | undefined; readonly seconds: number; readonly failure: string }

function resolve(project: string, tool: Tool): Resolved {
  const copy = path.join(folder, `${path.basename(project)}-${tool.name}`)
  mkdirSync(copy)
  for (const name of ['package.json', 'pnpm-workspace.yaml', '.npmrc']) {
    if (existsSync(path.join(project, name))) copyFileSync(path.join(project, name), path.join(copy, name))
  }
  const [program = '', ...args] = tool.words
  const started = performance.now()
  const { status, stderr, stdout } = spawnSync(program, args, { cwd: copy, encoding: 'utf8' })
  const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
  const written = path.join(copy, tool.lockfile)
  if (status !== 0) return { lockfile: undefined, seconds, failure: firstMistake(`${stderr}\n${stdout}`) }
  return { lockfile: tool.read(readFileSync(written, 'utf8'), tool.lockfile), seconds, failure: '' }
}

function firstMistake(output: string): string {
  return output.split('\n').find((line) => /error|ERR|×/i.test(line)) ?? output.slice(0, 200)
}

function counts({ resolution: { packages, peerConflicts } }: Lockfile): string {
  const names = new Set(packages.map(({ name }) => name))
  const conflicts = peerConflicts.length === 0 ? '' : `, ${peerConflicts.length} peer conflicts`
  return `${names.size} packages in ${packages.length} copies${conflicts}`
}

function graphOf({ resolution }: Lockfile): Graph {
  const holders = [
    ...resolution.members.map(({ path: id, edges }) => ({ id, edges })),
    ...resolution.packages.map(({ id, edges }) => ({ id, edges })),
  ]
  const edgesOf = (edges: readonly ResolvedEdge[]): Edges =>
    new Map(edges.flatMap(({ alias, specifier, target = '' }) => [[alias, { specifier, target }]]))
  return {
    packages: new Map(resolution.packages.map(({ id, name, version }) => [id, { name, version }])),
    edges: new Map(holders.map(({ id, edges }) => [id, edgesOf(edges)])),
  }
}
