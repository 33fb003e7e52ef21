/**
 * `npm run bench:registry`: our registry beside bare node:http and nginx (when this machine has it), in one run, in turns: answers a second, and CPU
 * time of the server for each answer, which other work on the machine disturbs less. The packument is one of react's size, made here; it reaches the
 * registry through an upstream. `-- --seconds N` for each turn, `--rounds N`, `--nginx FILE`, `--json`.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { load } from './load.ts'
import type { Measured, Target } from './load.ts'

/** As many as react has. */
const VERSIONS = 2900
const TARBALL_SIZE = 1024 * 1024
const root = path.resolve(import.meta.dirname, '..', '..')

type Server = {
  readonly name: string
  readonly port: number
  readonly pids: readonly number[]
  readonly etag: string
  readonly packument: string
  readonly tarball: string
  readonly stop: () => Promise<void>
}

type Question = {
  readonly name: string
  readonly status: number
  readonly unit: 'answers' | 'bytes'
  readonly of: (server: Server) => Pick<Target, 'path' | 'headers'>
}

const accept = { accept: 'application/json', 'accept-encoding': 'gzip' }

const questions: readonly Question[] = [
  {
    name: '200 packument',
    status: 200,
    unit: 'answers',
    of: (server) => ({ path: server.packument, headers: accept }),
  },
  {
    name: '304 packument',
    status: 304,
    unit: 'answers',
    of: (server) => ({ path: server.packument, headers: { ...accept, 'if-none-match': server.etag } }),
  },
  { name: 'tarball of 1 MiB', status: 200, unit: 'bytes', of: (server) => ({ path: server.tarball, headers: {} }) },
]

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      nginx: { type: 'string', default: '/usr/sbin/nginx' },
      json: { type: 'boolean', default: false },
    },
  })
  const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-bench-'))
  const stops: (() => Promise<void>)[] = []
  try {
    const upstream = await startUpstream()
    stops.push(upstream.stop)
    const registry = await startRegistry(folder, upstream.url)
    stops.push(registry.stop)
    const bare = await startBare(folder)
    stops.push(bare.stop)
    const nginx = existsSync(values.nginx) ? await startNginx(folder, values.nginx) : undefined
    if (nginx !== undefined) stops.push(nginx.stop)
    const servers = [bare, registry, ...(nginx === undefined ? [] : [nginx])]
    const rows = await measureAll(servers, {
      rounds: Number(values.rounds),
      milliseconds: Number(values.seconds) * 1000,
    })
    const memory = residentMiB(registry.pids[0] ?? 0)
    if (values.json) process.stdout.write(`${JSON.stringify({ rows, residentMiB: memory })}\n`)
    else report(rows, { memory, hasNginx: nginx !== undefined })
  } finally {
    for (const stop of stops.toReversed()) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Row = {
  readonly question: string
  readonly server: string
  readonly rate: number
  readonly cpuMicroseconds: number
  readonly ofBare: { readonly rate: number; readonly cpu: number }
}

async function measureAll(
  servers: readonly Server[],
  turn: { readonly rounds: number; readonly milliseconds: number },
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const question of questions) {
    const measured = new Map<Server, Measured[]>(servers.map((server) => [server, []]))
    for (let round = 0; round <= turn.rounds; round++) {
      for (const server of servers) {
        const { port, pids } = server
        const result = await load({ port, pids, status: question.status, ...question.of(server) }, turn.milliseconds)
        // The first round warms.
        if (round > 0) measured.get(server)?.push(result)
      }
    }
    const rate = (server: Server): number =>
      median(
        (measured.get(server) ?? []).map((one) => (question.unit === 'bytes' ? one.bytes : one.requests) / one.seconds),
      )
    const cpu = (server: Server): number => median((measured.get(server) ?? []).map((one) => one.cpuMicroseconds))
    const [bare] = servers as [Server]
    for (const server of servers) {
      rows.push({
        question: question.name,
        server: server.name,
        rate: rate(server),
        cpuMicroseconds: cpu(server),
        ofBare: { rate: rate(server) / rate(bare), cpu: cpu(bare) / cpu(server) },
      })
    }
  }
  return rows
}

function report(
  rows: readonly Row[],
  { memory, hasNginx }: { readonly memory: number; readonly hasNginx: boolean },
): void {
  const lines = rows.map(({ question, server, rate, cpuMicroseconds, ofBare }) =>
    [
      question.padEnd(18),
      server.padEnd(10),
      `${Math.round(rate)}/s`.padStart(14),
      `${cpuMicroseconds.toFixed(0)} µs CPU`.padStart(14),
      `${ofBare.rate.toFixed(2)} of bare`.padStart(14),
      `${ofBare.cpu.toFixed(2)} in CPU`.padStart(13),
    ].join(''),
  )
  process.stdout.write(`${lines.join('\n')}\nthe registry's memory: ${memory} MiB\n`)
  if (!hasNginx) process.stdout.write('without nginx: there is none on this machine\n')
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? NaN
}

function residentMiB(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
}

/** An npm registry with one package: a packument of react's size, and one tarball. */
async function startUpstream(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const tarball = randomBytes(TARBALL_SIZE)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const versions = Object.fromEntries(
    Array.from({ length: VERSIONS }, (_, index) => {
      const version = `1.${Math.floor(index / 100)}.${index % 100}`
      const other = `sha512-${createHash('sha512').update(version).digest('base64')}`
      const dist = {
        tarball: 'package.tgz',
        integrity: index === 0 ? integrity : other,
        shasum: createHash('sha1').update(version).digest('hex'),
      }
      return [version, { name: 'react', version, dependencies: { 'loose-envify': `^1.${index % 7}.0` }, dist }]
    }),
  )
  const server = createServer((request, response) => {
    if (request.url === '/package.tgz') return response.end(tarball)
    const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/package.tgz`
    return response.end(
      JSON.stringify({ name: 'react', 'dist-tags': { latest: '1.28.99' }, versions }).replaceAll(
        '"package.tgz"',
        JSON.stringify(url),
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** As an operator would run it, the access log included; asked once for what is measured, whose bytes the others then serve. */
async function startRegistry(folder: string, upstream: string): Promise<Server> {
  const program = path.join(root, 'apps/registry/src/main.ts')
  const child = start(
    [program, 'serve', '--json', '--port', '0', '--data', path.join(folder, 'data'), '--upstream', upstream],
    folder,
  )
  const { port } = (await readyLine(child)) as { port: number }
  const url = `http://127.0.0.1:${port}/react`
  const answer = await fetch(url, { headers: accept })
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
  writeFileSync(path.join(folder, 'packument.json'), new Uint8Array(await plain.arrayBuffer()))
  execFileSync('gzip', ['-k', '-6', path.join(folder, 'packument.json')])
  const tarball = await fetch(`${url}/-/react-1.0.0.tgz`)
  writeFileSync(path.join(folder, 'package.tgz'), new Uint8Array(await tarball.arrayBuffer()))
  const etag = answer.headers.get('etag') ?? ''
  return {
    name: 'alkahest',
    port,
    pids: [child.pid ?? 0],
    etag,
    packument: '/react',
    tarball: '/react/-/react-1.0.0.tgz',
    stop: () => stop(child),
  }
}

async function startBare(folder: string): Promise<Server> {
  const child = start([path.join(import.meta.dirname, 'bare-server.ts'), folder], folder)
  const { port } = (await readyLine(child)) as { port: number }
  return {
    name: 'node:http',
    port,
    pids: [child.pid ?? 0],
    etag: '"bare"',
    packument: '/packument',
    tarball: '/package.tgz',
    stop: () => stop(child),
  }
}

/** One worker, files that were compressed before, its log on, as ours is. */
async function startNginx(folder: string, program: string): Promise<Server> {
  const port = await freePort()
  const home = path.join(folder, 'nginx')
  mkdirSync(home)
  writeFileSync(
    path.join(home, 'nginx.conf'),
    `daemon off; master_process off; pid ${home}/pid; error_log ${home}/error.log;
events { worker_connections 1024; }
http {
  access_log ${home}/access.log; sendfile on; keepalive_requests 100000000; gzip_static on; default_type application/json;
  client_body_temp_path ${home}/a; proxy_temp_path ${home}/b; fastcgi_temp_path ${home}/c; uwsgi_temp_path ${home}/d; scgi_temp_path ${home}/e;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
  )
  const child = spawn(program, ['-c', path.join(home, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}/packument.json`
  let etag: string | null = null
  for (let attempt = 0; etag === null; attempt++) {
    if (child.exitCode !== null || attempt > 100) throw new Error('nginx did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
    etag = await fetch(url, { headers: accept }).then(
      ({ headers }) => headers.get('etag'),
      () => null,
    )
  }
  return {
    name: 'nginx',
    port,
    pids: [child.pid ?? 0],
    etag,
    packument: '/packument.json',
    tarball: '/package.tgz',
    stop: () => stop(child),
  }
}

function start(args: readonly string[], folder: string): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: folder }
  return spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function readyLine(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new Error('the server has no output')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return JSON.parse(line)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
