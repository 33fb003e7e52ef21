/** Cold installs by unmodified clients through our registry, through Verdaccio, and from a static precompressed server; each warm, in turns. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { installers } from '../installers.ts'
import type { Installer } from '../installers.ts'
import { fetchPeers } from '../peers.ts'
import type { BenchWorld } from '../registry.ts'
import { timedRun } from '../timed-run.ts'
import { atMost, median } from './line.ts'
import type { Line } from './line.ts'
import { freePort, ready, residentMiB, start, startRegistry, stop, untilAnswers } from './servers.ts'
import type { Running } from './servers.ts'

/** One of its dependencies is asked for by a tag, which registries that only know `latest` do not have. */
const VERDACCIO = { private: true, dependencies: { verdaccio: '6.10.4' }, overrides: { 'node-fetch': '2.7.0' } }

/** Those that are held against Verdaccio. */
const COMPARED: ReadonlySet<string> = new Set(['pnpm', 'bun'])

type Through = { readonly name: 'alkahest' | 'static' | 'verdaccio'; readonly url: string }

export async function installs(world: BenchWorld): Promise<readonly Line[]> {
  const { folder, program, later } = world
  const clients = installers.filter(({ name }) => world.clients.has(name))
  const peers = fetchPeers(path.join(folder, 'peers'), new Set(clients.map((client) => client.program)))
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const registry = later(await startRegistry({ program, folder, data: world.data ?? `${folder}/installs`, upstream }))
  const url = `http://127.0.0.1:${registry.port}/`
  const statics = later(await ready(start([path.join(import.meta.dirname, 'static-server.ts'), url], folder)))
  const verdaccio = [...world.clients].some((client) => COMPARED.has(client))
    ? later(await startVerdaccio(folder, upstream))
    : undefined
  const through: readonly Through[] = [
    { name: 'alkahest', url },
    { name: 'static', url: `http://127.0.0.1:${statics.port}/` },
    ...(verdaccio === undefined ? [] : [{ name: 'verdaccio' as const, url: `http://127.0.0.1:${verdaccio.port}/` }]),
  ]
  const lines: Line[] = []
  for (const client of clients) {
    const absent = peers.absent.get(client.program)
    if (absent !== undefined) lines.push({ row: 'installs', what: client.name, value: absent })
    else lines.push(...(await compare({ client, through, world, bin: peers.bin })))
  }
  const memory = residentMiB(registry.pid)
  lines.push({ row: 'installs', what: 'memory after them, MiB', value: memory.toFixed(0), goal: atMost(memory, 300) })
  if (verdaccio !== undefined)
    lines.push({ row: 'installs', what: "Verdaccio's, MiB", value: residentMiB(verdaccio.pid).toFixed(0) })
  return lines
}

type Comparison = {
  readonly client: Installer
  readonly through: readonly Through[]
  readonly world: BenchWorld
  readonly bin: string
}

async function compare({ client, through, world, bin }: Comparison): Promise<readonly Line[]> {
  const wanted = through.filter(({ name }) => name !== 'verdaccio' || COMPARED.has(client.name))
  const seconds = new Map<string, number[]>(wanted.map(({ name }) => [name, []]))
  for (let round = 0; round <= world.rounds; round++) {
    for (const { name, url } of wanted) {
      const taken = await install(client, { url, world, bin })
      // The first round is the registries' own cold one.
      if (round > 0) seconds.get(name)?.push(taken)
    }
  }
  const of = (name: string): number => median(seconds.get(name) ?? [])
  const row = 'installs'
  const fromStatic = of('alkahest') / of('static')
  const ofVerdaccio = of('alkahest') / of('verdaccio')
  return [
    ...wanted.map(({ name }) => ({ row, what: `${client.name} through ${name}`, value: `${of(name).toFixed(2)} s` })),
    { row, what: `${client.name}, of static`, value: fromStatic.toFixed(2), goal: atMost(fromStatic, 1.2) },
    ...(Number.isNaN(ofVerdaccio)
      ? []
      : [{ row, what: `${client.name}, of Verdaccio`, value: ofVerdaccio.toFixed(2), goal: atMost(ofVerdaccio, 0.5) }]),
  ]
}

type Install = { readonly url: string; readonly world: BenchWorld; readonly bin: string }

/** With an empty home, in an empty project. */
async function install(client: Installer, { url, world, bin }: Install): Promise<number> {
  const place = mkdtempSync(path.join(world.folder, 'install-'))
  const home = path.join(place, 'home')
  const project = path.join(place, 'project')
  mkdirSync(home)
  mkdirSync(project)
  const tree = path.join(import.meta.dirname, '..', 'trees', world.tree)
  writeFileSync(path.join(project, 'package.json'), readFileSync(path.join(tree, 'package.json')))
  writeFileSync(path.join(project, '.npmrc'), `registry=${url}\n`)
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:p?npm_|ALKAHEST_|YARN_|XDG_|CI$)/i.test(name))
  const own = client.env?.(url) ?? {}
  const env = { ...Object.fromEntries(kept), ...own, HOME: home, PATH: `${bin}:${process.env.PATH}` }
  const run = await timedRun([client.program, ...client.args(home)], { cwd: project, env })
  if (run.exitCode !== 0 || !existsSync(path.join(project, 'node_modules')))
    throw new Error(`${client.name} failed through ${url}:\n${run.output}`)
  rmSync(place, { recursive: true, force: true })
  return run.seconds
}

/** As its own configuration has it, with npm's registry behind it; from npm, into the bench's folder. */
async function startVerdaccio(folder: string, upstream: string): Promise<Running> {
  const home = path.join(folder, 'verdaccio')
  mkdirSync(home)
  writeFileSync(path.join(home, 'package.json'), JSON.stringify(VERDACCIO))
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home, stdio: 'ignore' })
  const port = await freePort()
  writeFileSync(
    path.join(home, 'config.yaml'),
    `storage: ${home}/storage
auth: { htpasswd: { file: ${home}/htpasswd } }
uplinks: { npmjs: { url: "${upstream}", maxage: 30m, timeout: 60s } }
packages: { "**": { access: $all, proxy: npmjs } }
log: { type: stdout, level: fatal }
`,
  )
  const program = path.join(home, 'node_modules', 'verdaccio', 'bin', 'verdaccio')
  const args = [program, '--config', path.join(home, 'config.yaml'), '--listen', `127.0.0.1:${port}`]
  const child = spawn(process.execPath, args, { cwd: home, env: { ...process.env, HOME: home }, stdio: 'ignore' })
  await untilAnswers(child, `http://127.0.0.1:${port}/-/ping`)
  return { port, pid: child.pid ?? 0, stop: () => stop(child) }
}
