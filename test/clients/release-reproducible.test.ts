/**
 * The same commit gives the same bytes: the scaffolded service, released in two folders, by Node 24 and by Node 26, under two
 * umasks, time zones and locales. What is compressed once is not taken from the cache the second time.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..', '..')

/** From the configured registry, like every runtime of a release. */
const OTHER_NODE = '26.10.0'

type Release = { readonly sha256: string; readonly tarSha256: string; readonly tarball: string }

type Surroundings = {
  readonly node: string
  readonly umask: string
  readonly env: Readonly<Record<string, string>>
}

let folder: string
let otherNode: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'alk-reproducible-'))
  const tools = path.join(folder, 'tools')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', tools]
  execFileSync('npm', ['install', ...options, `node-${process.platform}-${process.arch}@${OTHER_NODE}`], {
    stdio: 'ignore',
  })
  otherNode = path.join(tools, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function alk({ node, umask, env }: Surroundings, cwd: string, args: readonly string[]): string {
  const script = `umask ${umask} && exec "$@"`
  const command = [node, path.join(root, 'packages/cli/src/main.ts'), ...args]
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', ...command], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ALKAHEST_HOME: path.join(folder, 'home'), ...env },
  })
  expect({ args, status, stderr }).toMatchObject({ status: 0 })
  return stdout
}

function release(surroundings: Surroundings, project: string): Release {
  rmSync(path.join(folder, 'home', 'cache', 'release'), { recursive: true, force: true })
  const { releases } = JSON.parse(alk(surroundings, project, ['release', '--json'])) as {
    readonly releases: readonly Release[]
  }
  return releases[0]!
}

it.skipIf(process.platform !== 'linux')('by two Nodes, in two folders, umasks, time zones and locales', () => {
  const usual = { node: process.execPath, umask: '022', env: { TZ: 'UTC', LC_ALL: 'C' } }
  const unusual = { node: otherNode, umask: '077', env: { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' } }
  const versionOf = (node: string): string =>
    execFileSync(node, ['--version'], { encoding: 'utf8' }).split('.')[0] ?? ''
  expect([versionOf(usual.node), versionOf(unusual.node)]).toEqual(['v24', 'v26'])

  alk(usual, folder, ['new', 'hello', '--template', 'app', '--name', 'hello'])
  const first = path.join(folder, 'hello')
  alk(usual, first, ['install'])
  const one = release(usual, first)

  const second = path.join(folder, 'another place', 'of the same')
  const made = new Set(['node_modules', 'dist', 'build'])
  cpSync(first, second, { recursive: true, filter: (source) => !made.has(path.basename(source)) })
  alk(unusual, second, ['install', '--frozen'])
  const two = release(unusual, second)

  expect([two.tarSha256, two.sha256]).toEqual([one.tarSha256, one.sha256])
  expect(readFileSync(two.tarball).equals(readFileSync(one.tarball))).toBe(true)
  process.stdout.write(`tar ${one.tarSha256}\ntar.gz ${one.sha256}\n`)
})
