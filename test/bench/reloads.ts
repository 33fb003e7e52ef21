/**
 * What a reload loses: our upgrade, nginx's reload and pm2's, each again and again under the same load tool (wrk), with
 * keep-alive and with a connection for each request. nginx is what is installed here; pm2 comes from the npm registry into the
 * bench's own folder, runs the same program as the release on two processes, and is reloaded as its manual says.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, loadTools } from '../soak/load-tools.ts'

const RELOADS = 10
/** Between two reloads, so that one is over before the next. */
const PAUSE_MS = 500
const START_POLL_MS = 50

export type ReloadRow = {
  readonly system: string
  readonly keepAlive: boolean
  readonly reloads: number
  readonly requests: number
  /** As wrk words them; empty when nothing was lost. */
  readonly failures: readonly string[]
}

type System = {
  readonly name: string
  readonly port: number
  readonly reload: () => void
  readonly stop: () => Promise<void> | void
}

type ReloadOptions = {
  readonly folder: string
  /** Of the unpacked release. */
  readonly installed: string
  /** Its program alone: Node, flags, entry. */
  readonly bare: readonly string[]
}

/** Systems that this machine does not have are left out, and said. */
export async function measureReloads(options: ReloadOptions): Promise<readonly ReloadRow[]> {
  const rows: ReloadRow[] = []
  for (const start of [startRelease, startNginx, startPm2]) {
    const system = await start(options)
    if (system === undefined) continue
    try {
      for (const keepAlive of [true, false]) rows.push(await measureSystem(system, keepAlive))
    } finally {
      await system.stop()
    }
  }
  return rows
}

async function measureSystem({ name, port, reload }: System, keepAlive: boolean): Promise<ReloadRow> {
  const tool = loadTools.find((candidate) => candidate.name === 'wrk')
  if (tool?.isHere !== true) throw new Error('wrk is not installed here')
  const load = await tool.start({ port, keepAlive })
  await sleep(PAUSE_MS)
  for (let count = 0; count < RELOADS; count += 1) {
    reload()
    await sleep(PAUSE_MS)
  }
  return { system: name, keepAlive, reloads: RELOADS, ...(await load.stop()) }
}

/** The version moves to itself: new processes take over from old ones, as with a new version. */
async function startRelease({ installed }: ReloadOptions): Promise<System> {
  const port = await freePort()
  const [name = ''] = readdirSync(path.join(installed, 'bin'))
  const bin = path.join(installed, 'bin', name)
  const version = readdirSync(path.join(installed, 'releases')).find((entry) => /^\d/.test(entry)) ?? ''
  const env = { PATH: '/usr/bin:/bin', HOST: '127.0.0.1', PORT: String(port) }
  const run = (...args: readonly string[]): void => void execFileSync(bin, args, { env, stdio: 'ignore' })
  run('daemon')
  return { name: 'alk', port, reload: () => run('upgrade', version, '--window', '0'), stop: () => run('stop') }
}

async function startNginx({ folder }: ReloadOptions): Promise<System | undefined> {
  const program = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((file) => existsSync(file))
  if (program === undefined) return leftOut('nginx is not installed here')
  const port = await freePort()
  const prefix = path.join(folder, 'nginx')
  mkdirSync(path.join(prefix, 'logs'), { recursive: true })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${prefix}/${kind};`,
  )
  const server = `server { listen 127.0.0.1:${port}; location / { return 200 '{"ok":true}'; } }`
  const config = `worker_processes 2; pid ${prefix}/pid; error_log ${prefix}/logs/error.log;
events {} http { access_log off; keepalive_requests 1000000; ${temporary.join(' ')} ${server} }`
  writeFileSync(path.join(prefix, 'nginx.conf'), config)
  const flags = ['-p', prefix, '-c', path.join(prefix, 'nginx.conf')]
  const run = (...args: readonly string[]): void => void execFileSync(program, [...flags, ...args], { stdio: 'ignore' })
  const child = spawn(program, [...flags, '-g', 'daemon off;'], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  await untilAnswers(port)
  return {
    name: 'nginx',
    port,
    reload: () => run('-s', 'reload'),
    stop: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}

async function startPm2({ folder, bare }: ReloadOptions): Promise<System | undefined> {
  const prefix = path.join(folder, 'pm2')
  mkdirSync(prefix)
  const flags = ['install', 'pm2', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund']
  if (spawnSync('npm', flags, { stdio: 'ignore' }).status !== 0)
    return leftOut('pm2 cannot be installed from the registry')
  const port = await freePort()
  const [node = '', ...rest] = bare
  const entry = rest.at(-1) ?? ''
  const env = {
    ...process.env,
    PM2_HOME: path.join(prefix, 'home'),
    HOST: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: 'production',
  }
  const run = (...args: readonly string[]): void =>
    void execFileSync(node, [path.join(prefix, 'node_modules/pm2/bin/pm2'), ...args], { env, stdio: 'ignore' })
  run('start', entry, '-i', '2', '--name', 'hello')
  await untilAnswers(port)
  return { name: 'pm2', port, reload: () => run('reload', 'hello'), stop: () => run('kill') }
}

function leftOut(reason: string): undefined {
  console.error(`left out: ${reason}`)
  return undefined
}

async function untilAnswers(port: number): Promise<void> {
  while (!(await answers(port))) await sleep(START_POLL_MS)
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

export function formatReloads(rows: readonly ReloadRow[]): string {
  const lines = rows.map(({ system, keepAlive, reloads, requests, failures }) =>
    [
      system.padEnd(8),
      (keepAlive ? 'keep-alive' : 'close').padEnd(12),
      String(reloads).padStart(7),
      String(requests).padStart(10),
      `  ${failures.length === 0 ? 'none' : failures.map((failure) => failure.trim()).join('; ')}`,
    ].join(''),
  )
  return [`${'system'.padEnd(8)}${''.padEnd(12)}reloads  requests  failed`, ...lines].join('\n')
}
