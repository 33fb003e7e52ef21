/** The servers that are compared, each a process of its own in the bench's folder. */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'

export type Running = {
  readonly port: number
  readonly pid: number
  readonly stop: () => Promise<void>
}

/** A server that has what the serving rows ask for. */
export type Server = Running & {
  readonly name: string
  readonly etag: string
  readonly packument: string
  readonly tarball: string
}

/** What an answer is asked for with: what npm sends, but for the coding. */
export const accept = { accept: 'application/json', 'accept-encoding': 'gzip' }

/** As `alk registry` starts it: packages/ops/src/registry-command.ts. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }

export type RegistryOptions = {
  /** The bundled program. */
  readonly program: string
  readonly folder: string
  readonly data: string
  readonly upstream: string
  readonly flags?: readonly string[]
}

/** As an operator would run it, the access log included. */
export async function startRegistry({
  program,
  folder,
  data,
  upstream,
  flags = [],
}: RegistryOptions): Promise<Running> {
  const args = ['serve', '--json', '--port', '0', '--data', data, '--upstream', upstream, ...flags]
  return ready(start([program, ...args], folder, ALLOCATOR))
}

/** Runs one of its commands beside it. */
export async function registryCommand(program: string, args: readonly string[], folder: string): Promise<void> {
  const child = start([program, ...args], folder, ALLOCATOR)
  child.stdout?.resume()
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`alk registry ${args[0]} ended with ${code}`)
}

/** Asks the registry once for what is measured; the others then serve these very bytes. */
export async function asServer(registry: Running, folder: string): Promise<Server> {
  const url = `http://127.0.0.1:${registry.port}/react`
  const answer = await fetch(url, { headers: accept })
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
  writeFileSync(path.join(folder, 'packument.json'), new Uint8Array(await plain.arrayBuffer()))
  execFileSync('gzip', ['-kf', '-6', path.join(folder, 'packument.json')])
  const tarball = await fetch(`${url}/-/react-1.0.0.tgz`)
  writeFileSync(path.join(folder, 'package.tgz'), new Uint8Array(await tarball.arrayBuffer()))
  const etag = answer.headers.get('etag') ?? ''
  return { ...registry, name: 'alkahest', etag, packument: '/react', tarball: '/react/-/react-1.0.0.tgz' }
}

export async function startBare(folder: string): Promise<Server> {
  const running = await ready(start([path.join(import.meta.dirname, '..', 'bare-server.ts'), folder], folder))
  return { ...running, name: 'node:http', etag: '"bare"', packument: '/packument', tarball: '/package.tgz' }
}

/** One worker, files that were compressed before, its log on, as ours is. */
export async function startNginx(folder: string, program: string): Promise<Server> {
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
  const answer = await untilAnswers(child, url)
  const etag = answer.headers.get('etag') ?? ''
  const running = { port, pid: child.pid ?? 0, stop: () => stop(child) }
  return { ...running, name: 'nginx', etag, packument: '/packument.json', tarball: '/package.tgz' }
}

export function start(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...npmRegistry(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** A mirror that this machine's npm is told of stays the one that is asked. */
function npmRegistry(): Readonly<Record<string, string>> {
  const names = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      /^(npm_config_registry|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(entry[0]) &&
      entry[1] !== undefined,
  )
  return Object.fromEntries(names)
}

/** Waits for the line of JSON in which a server says its port. */
export async function ready(child: ChildProcess): Promise<Running> {
  if (child.stdout === null) throw new Error('the server has no output')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port } = JSON.parse(line) as { port: number }
  return { port, pid: child.pid ?? 0, stop: () => stop(child) }
}

/** Asks until it answers, for servers that do not say when they are ready. */
export async function untilAnswers(child: ChildProcess, url: string): Promise<Response> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server at ${url} ended before it answered`)
    const answer = await fetch(url, { headers: accept }).catch(() => undefined)
    if (answer?.ok === true) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the server at ${url} does not answer`)
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

export function residentMiB(pid: number): number {
  return residentBytes(pid) / 1024 / 1024
}

export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

/** Files, sockets included, that a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
