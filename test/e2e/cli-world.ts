/**
 * A world for the command as a person meets it: a home, a project, a registry of its own behind a server that can go
 * wrong, and a few published packages. Everything is a real process on real sockets; nothing reaches beyond this machine.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packTarball, publishBody } from '@alkahest/protocol'
import { startFaultyProxy } from './faulty-proxy.ts'
import type { FaultyProxy } from './faulty-proxy.ts'

/** Shared by all worlds: a cold start is slow and tests nothing. */
const compileCache = path.join(tmpdir(), 'alk-e2e-compile-cache')

const command = path.resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
const registryProgram = path.resolve(import.meta.dirname, '../../apps/registry/src/main.ts')

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

export type RunOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string }

export type PublishOptions = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

export type CliWorld = {
  /** Holds everything. */
  readonly directory: string
  readonly project: string
  /** Of the registry. */
  readonly data: string
  /** ALKAHEST_HOME. */
  readonly alkahestHome: string
  readonly proxy: FaultyProxy
  readonly alk: (args: readonly string[], options?: RunOptions) => Promise<Ended>
  readonly start: (
    args: readonly string[],
    options?: RunOptions,
  ) => { readonly child: ChildProcess; readonly ended: Promise<Ended> }
  /** Straight into the registry, as any client would. */
  readonly publish: (name: string, version: string, options?: PublishOptions) => Promise<void>
  /** A folder of this name that holds a package.json and nothing else. */
  readonly newProject: (name: string, manifest: object) => string
  readonly write: (file: string, text: string, options?: { readonly executable: true }) => void
  readonly read: (file: string) => string
  readonly exists: (file: string) => boolean
  readonly remove: (file: string) => void
  readonly restartRegistry: () => Promise<void>
  readonly killRegistry: () => Promise<void>
  /** One hash over names, kinds, modes, contents and link targets of each of the three folders. */
  readonly digests: () => { readonly project: string; readonly store: string; readonly data: string }
  readonly close: () => Promise<void>
}

export async function openCliWorld(): Promise<CliWorld> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'alk-e2e-')))
  const at = (name: string): string => path.join(directory, name)
  for (const name of ['home', 'project', 'alkahest']) mkdirSync(at(name))
  const proxy = await startFaultyProxy()
  const env = cleanEnvironment({ HOME: at('home'), ALKAHEST_HOME: at('alkahest'), NODE_COMPILE_CACHE: compileCache })
  writeFileSync(at('home/.npmrc'), `registry=${proxy.url}\nfetch-retries=0\nfetch-timeout=1500\n`)
  const start = (args: readonly string[], options: RunOptions = {}) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: options.cwd ?? at('project'),
      env: { ...env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(options.input ?? '')
    return { child, ended: collect(child) }
  }
  const registry = createRegistryProcess({ directory, data: at('data'), env, proxy })
  await registry.start()
  const token = await logIn(proxy.url).catch(async (error: unknown) => {
    await registry.end('SIGKILL')
    throw error
  })
  return {
    directory,
    project: at('project'),
    data: at('data'),
    alkahestHome: at('alkahest'),
    proxy,
    start,
    alk: async (args, options) => start(args, options).ended,
    publish: async (name, version, options) => publish({ url: proxy.url, token }, { name, version, ...options }),
    newProject: (name, manifest) => {
      rmSync(at(name), { recursive: true, force: true })
      mkdirSync(at(name))
      writeFileSync(path.join(at(name), 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
      return at(name)
    },
    write: (file, text, writing) => {
      mkdirSync(path.dirname(at(file)), { recursive: true })
      writeFileSync(at(file), text, writing === undefined ? {} : { mode: 0o755 })
    },
    read: (file) => readFileSync(at(file), 'utf8'),
    exists: (file) => existsSync(at(file)),
    remove: (file) => rmSync(at(file)),
    restartRegistry: registry.start,
    killRegistry: async () => registry.end('SIGKILL'),
    digests: () => ({ project: digest(at('project')), store: digest(at('alkahest/store')), data: digest(at('data')) }),
    close: async () => {
      await registry.end('SIGTERM')
      await proxy.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Nothing of the developer's or of npm's own settings reaches the commands. */
function cleanEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => ['PATH', 'TMPDIR', 'LANG'].includes(name))
  return { ...Object.fromEntries(kept), ...own }
}

async function collect(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  return { exitCode: await promise, stdout, stderr }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text.includes('\n')) resolve(`http://127.0.0.1:${(JSON.parse(text) as { port: number }).port}/`)
  })
  child.on('exit', (code) => reject(new Error(`the registry ended with ${code}: ${text}`)))
  return promise
}

type RegistryProcess = {
  readonly start: () => Promise<void>
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

type RegistryOptions = {
  readonly directory: string
  readonly data: string
  readonly env: NodeJS.ProcessEnv
  readonly proxy: FaultyProxy
}

/** The registry's own program, without `alk` in front of it: one process, so that a kill is a kill. */
function createRegistryProcess({ directory, data, env, proxy }: RegistryOptions): RegistryProcess {
  const settings = { port: '0', data, upstream: 'none', 'public-url': proxy.url, 'access-log': 'none' }
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  let child: ChildProcess | undefined
  // A test run that ends before the world is closed must not leave it running.
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    start: async () => {
      child = spawn(process.execPath, [registryProgram, 'serve', ...flags, '--json'], {
        cwd: directory,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      proxy.setTarget(await readyUrl(child))
    },
    end: async (signal) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const { promise, resolve } = Promise.withResolvers<void>()
      child.on('exit', () => resolve())
      child.kill(signal)
      await promise
    },
  }
}

async function logIn(url: string): Promise<string> {
  const answer = await fetch(new URL('-/user/org.couchdb.user:publisher', url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'publisher',
      password: 'a long password',
      email: 'p@example.com',
      type: 'user',
      roles: [],
    }),
  })
  const { token } = (await answer.json()) as { token?: string }
  if (token === undefined) throw new Error(`the registry made no account: ${answer.status}`)
  return token
}

type Published = PublishOptions & { readonly name: string; readonly version: string }

async function publish(
  registry: { readonly url: string; readonly token: string },
  { files = {}, ...fields }: Published,
): Promise<void> {
  const manifest = JSON.parse(JSON.stringify(fields)) as { name: string; version: string }
  const content = {
    'package.json': JSON.stringify(manifest),
    'index.js': `module.exports = '${fields.name} ${fields.version}'\n`,
    ...files,
  }
  const packed = packTarball(
    Object.entries(content).map(([file, text]) => ({ path: file, content: Buffer.from(text) })),
  )
  const answer = await fetch(new URL(fields.name.replace('/', '%2f'), registry.url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${registry.token}` },
    body: JSON.stringify(publishBody({ manifest, packed, registry: registry.url, tag: 'latest' })),
  })
  if (!answer.ok)
    throw new Error(`${fields.name}@${fields.version} was not published: ${answer.status} ${await answer.text()}`)
}

/** SQLite's shared memory is rewritten by readers; it holds no data. */
const VOLATILE = '.sqlite-shm'

export function digest(folder: string): string {
  const hash = createHash('sha256')
  if (!existsSync(folder)) return 'absent'
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    path.join(entry.parentPath, entry.name),
  )
  for (const file of entries.toSorted()) {
    if (file.endsWith(VOLATILE)) continue
    const found = lstatSync(file)
    hash.update(`${path.relative(folder, file)} ${found.mode}\n`)
    if (found.isSymbolicLink()) hash.update(readlinkSync(file))
    else if (found.isFile()) hash.update(readFileSync(file))
  }
  return hash.digest('hex')
}
