/**
 * `node test/worlds/record.ts [NAME...]`: what npm, pnpm and Mix say of the worlds in test/worlds/peers, written beside them:
 * of the worlds named, else what is not there yet.
 * npm and pnpm get the project of the thread and the public registry; Mix, whose Hex client is not asked, gets a path dependency
 * for each package in the version that the project asks for, with its peers as dependencies.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { asRange, compareVersions, rangeHas } from '../../packages/core/src/index.ts'
import { parseWorld } from '../../packages/resolver/test/world.ts'
import type { Version } from '../../packages/core/src/index.ts'
import type { World } from '../../packages/resolver/test/world.ts'

const folder = path.join(import.meta.dirname, 'peers')
const NPM = ['npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']] as const
const PNPM = ['pnpm', ['install', '--lockfile-only', '--ignore-scripts', '--no-frozen-lockfile']] as const

const wanted = process.argv.slice(2)
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.world')).toSorted()) {
  const name = file.slice(0, -'.world'.length)
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const world = parseWorld(await readFile(path.join(folder, file), 'utf8'))
  for (const [tool, record] of [
    ['npm', recordNpm],
    ['pnpm', recordPnpm],
    ['mix', recordMix],
  ] as const) {
    const target = path.join(folder, `${name}.${tool}.txt`)
    if (wanted.length === 0 && existsSync(target)) continue
    const place = await mkdtemp(path.join(tmpdir(), 'alkahest-record-'))
    try {
      await writeFile(target, cleaned(await record(world, place), place))
    } finally {
      await rm(place, { recursive: true, force: true })
    }
    process.stdout.write(`${path.relative(process.cwd(), target)}\n`)
  }
}

async function recordNpm(world: World, place: string): Promise<string> {
  await writeProject(world, place)
  return run(NPM[0], NPM[1], place)
}

async function recordPnpm(world: World, place: string): Promise<string> {
  await writeProject(world, place)
  const installed = await run(PNPM[0], PNPM[1], place)
  const listed = await run('pnpm', ['peers', 'check'], place)
  const warnings = installed.split('\n').filter((line) => line.includes('[WARN] Issues'))
  return `${warnings.join('\n')}\n\n${listed}`
}

async function writeProject(world: World, place: string): Promise<void> {
  await writeFile(path.join(place, 'package.json'), JSON.stringify(projectOf(world)))
}

function projectOf({ members: [root] }: World): object {
  return { name: 'app', version: '1.0.0', dependencies: root?.manifest.dependencies ?? {} }
}

/** One version of each, as Mix has it: the one that the project asks for. */
async function recordMix({ members: [root], packages }: World, place: string): Promise<string> {
  const asked = root?.manifest.dependencies ?? {}
  const chosen = [...packages].flatMap(([name, versions]) => {
    const range = asked[name]
    const fitting = versions.map(({ candidate }) => candidate).filter((one) => isIn(one.version, range))
    const [best] = fitting.toSorted((left, right) => compareVersions(right.version, left.version))
    return best === undefined ? [] : [best]
  })
  const names = new Set<string>(chosen.map(({ name }) => name))
  for (const { name, version, peerDependencies } of chosen) {
    const peers = Object.entries(peerDependencies).filter(([peer]) => names.has(peer))
    await writeMixProject(place, { name, version, dependencies: peers })
  }
  await writeMixProject(place, { name: 'app', version: '1.0.0', dependencies: Object.entries(asked) })
  return run('mix', ['compile'], path.join(place, 'app'), { HOME: place, MIX_ENV: 'dev' })
}

async function writeMixProject(
  place: string,
  {
    name,
    version,
    dependencies,
  }: { name: string; version: string; dependencies: readonly (readonly [string, string])[] },
): Promise<void> {
  const atom = atomOf(name)
  const lines = dependencies.map(([one, range]) => `{:${atomOf(one)}, "${mixRange(range)}", path: "../${atomOf(one)}"}`)
  const module = atom.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  await mkdir(path.join(place, atom, 'lib'), { recursive: true })
  await writeFile(
    path.join(place, atom, 'mix.exs'),
    `defmodule ${module}.MixProject do
  use Mix.Project
  def project, do: [app: :${atom}, version: "${version}", deps: [${lines.join(', ')}]]
  def application, do: []
end
`,
  )
}

function isIn(version: Version, range: string | undefined): boolean {
  const parsed = range === undefined ? undefined : asRange(range)
  return parsed !== undefined && rangeHas(parsed, version)
}

function atomOf(name: string): string {
  return name.replace(/^@/, '').replaceAll(/[^a-z0-9]+/g, '_')
}

/** `^1.2 || ^2` as Mix writes it: every part from its first version to its last. */
function mixRange(range: string): string {
  const parts = (asRange(range)?.parsed.set ?? []).map((comparators) =>
    comparators
      .filter(({ semver: limit }) => limit.version !== undefined) // that of `*` has none
      .map(({ operator, semver: limit }) => `${operator === '' ? '==' : operator} ${limit.version.replace(/-0$/, '')}`)
      .join(' and '),
  )
  return parts.map((part) => (part === '' ? '>= 0.0.0' : part)).join(' or ')
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((settle, reject) => {
    const options = { cwd, env: { ...process.env, ...env, NO_COLOR: '1' } }
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') reject(new Error(`there is no ${program}`, { cause: error }))
      else settle(`${stdout}${stderr}`)
    })
  })
}

/** Without what differs from run to run: places, notices of newer versions, where the log lies. */
function cleaned(text: string, place: string): string {
  const lines = text
    .replaceAll(place, '.')
    .split('\n')
    .map((line) => line.trimEnd())
  const kept = lines.filter(
    (line) =>
      !/^npm (?:warn|notice)|A complete log|For a full report|\.npm\/_logs|^==> |^Generated |^Progress/.test(line),
  )
  return `${kept
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
    .replaceAll(/(?:\nnpm error)+$/g, '')}\n`
}
