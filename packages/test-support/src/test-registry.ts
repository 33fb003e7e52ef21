/** The real registry, in this process, on a free port of 127.0.0.1, with a universe published to it; gone when the test ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { JsonObject, PackageName } from '@alkahest/core'
import { packTarball, publishBody } from '@alkahest/protocol'
import type { PackFile } from '@alkahest/protocol'
import { loadConfiguration, startRegistry as startRealRegistry } from '@alkahest/registry'
import type { AccessEntry, AccessLog, RunningRegistry } from '@alkahest/registry'
import { parseUniverse } from './universe.ts'
import type { UniversePackage } from './universe.ts'

export type StartRegistryOptions = {
  /** Lines of a universe (see universe.ts). */
  readonly packages?: string | readonly string[]
  /** Another registry's URL; nothing when absent: tests never reach the real one. */
  readonly upstream?: string
  /** Further flags of `alk registry serve`, without dashes: `{ claims: '@team' }`. */
  readonly flags?: Readonly<Record<string, string>>
  /** Milliseconds since 1970; the system's when absent. */
  readonly now?: () => number
}

export interface TestRegistry extends AsyncDisposable {
  /** With a trailing slash. */
  readonly url: string
  readonly port: number
  /** The data folder. */
  readonly data: string
  /** A token of the administrator, `tester`, whose password is `secret`. */
  readonly token: string
  readonly running: RunningRegistry
  /** Publishes further lines; a version that is there already is an error. */
  publish(packages: string | readonly string[]): Promise<void>
  /** Publishes one package made of these files; `package.json` among them. */
  publishFiles(files: Readonly<Record<string, string>>): Promise<void>
  /** What was asked so far, in order; waits until every request that began has ended. */
  requests(): Promise<readonly AccessEntry[]>
  close(): Promise<void>
}

/** `await using registry = await startRegistry({ packages: 'a 1.0.0: b ^1\nb 1.2.0' })` */
export async function startRegistry(options: StartRegistryOptions = {}): Promise<TestRegistry> {
  const data = await mkdtemp(path.join(os.tmpdir(), 'alkahest-registry-'))
  const flags = { port: '0', upstream: options.upstream ?? 'none', ...options.flags, data }
  const configuration = await loadConfiguration({ flags, env: {}, cwd: data })
  const clock: Clock = { fixed: undefined, now: options.now ?? Date.now }
  const log = new CollectedLog()
  // An empty HOME: the developer's own .npmrc must not reach the tests.
  const env = { HOME: data, npm_config_registry: flags.upstream === 'none' ? 'http://127.0.0.1:9/' : flags.upstream }
  const running = await startRealRegistry({
    configuration,
    env,
    cwd: data,
    accessLog: log,
    now: () => clock.fixed ?? clock.now(),
  })
  const token = await createTester(running)
  const registry = new InProcessRegistry({ running, data, token, clock, log })
  await registry.publish(options.packages ?? [])
  return registry
}

/** A password's hash is costly on purpose: one for all registries of this process. */
let passwordHash: string | undefined

async function createTester({ registry }: RunningRegistry): Promise<string> {
  const { accounts, index } = registry
  const tester = { name: 'tester', email: 'tester@example.com' }
  if (passwordHash === undefined) await accounts.createAccount({ ...tester, password: 'secret' })
  else await index.createAccount({ ...tester, passwordHash, role: 'member', createdAt: new Date().toISOString() })
  passwordHash = (await index.account('tester'))?.passwordHash
  return accounts.createToken('tester', { name: 'test' })
}

/** The time that the registry sees while one version is published. */
type Clock = { fixed: number | undefined; readonly now: () => number }

type Parts = {
  readonly running: RunningRegistry
  readonly data: string
  readonly token: string
  readonly clock: Clock
  readonly log: CollectedLog
}

class InProcessRegistry implements TestRegistry {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get url(): string {
    return this.#parts.running.url
  }

  get port(): number {
    return this.#parts.running.port
  }

  get data(): string {
    return this.#parts.data
  }

  get token(): string {
    return this.#parts.token
  }

  get running(): RunningRegistry {
    return this.#parts.running
  }

  async publish(packages: string | readonly string[]): Promise<void> {
    for (const wanted of parseUniverse(packages)) await this.#publishOne(wanted)
  }

  async publishFiles(files: Readonly<Record<string, string>>): Promise<void> {
    const manifest = JSON.parse(files['package.json'] ?? '{}') as UniversePackage['manifest']
    const others = Object.entries(files).filter(([file]) => file !== 'package.json')
    await this.#publishOne({
      manifest,
      files: others.map(([file, text]) => ({ path: file, text })),
      tags: ['latest'],
      deprecated: undefined,
      publishedAt: undefined,
    })
  }

  requests(): Promise<readonly AccessEntry[]> {
    return this.#parts.log.settled()
  }

  async close(): Promise<void> {
    await this.#parts.running.close()
    await rm(this.#parts.data, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Through the services that a request would reach, without the request. */
  async #publishOne(wanted: UniversePackage): Promise<void> {
    const { running, clock } = this.#parts
    const { publishing, edits, index } = running.registry
    const name = wanted.manifest.name as PackageName
    const account = await index.account('tester')
    if (account === undefined) throw new Error('the account of the tests is missing')
    const principal = { account, token: undefined }
    clock.fixed = wanted.publishedAt
    const received = await publishing.receive(streamOf(bodyOf(wanted, running.url)))
    await publishing.publish(name, received, principal)
    if (wanted.deprecated !== undefined) {
      const versions = { [wanted.manifest.version]: { deprecated: wanted.deprecated } }
      const { document } = await publishing.receive(streamOf(Buffer.from(JSON.stringify({ name, versions }))))
      await edits.update(name, document, principal)
    }
    clock.fixed = undefined
  }
}

/** The body of a `PUT /name` that publishes a universe's line: for tests that publish over HTTP. */
export function publishBodyOf(line: string, registry: string): string {
  const [wanted] = parseUniverse(line)
  if (wanted === undefined) throw new Error('the line is empty')
  return bodyOf(wanted, registry).toString()
}

function bodyOf(wanted: UniversePackage, registry: string): Buffer {
  const manifest = wanted.manifest as unknown as JsonObject & { readonly name: string; readonly version: string }
  const files: PackFile[] = wanted.files.map((file) => ({
    path: file.path,
    content: Buffer.from(file.text),
    executable: file.executable ?? false,
  }))
  const packed = packTarball([
    { path: 'package.json', content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
    ...files,
  ])
  const [tag = 'latest', ...others] = wanted.tags
  const body = publishBody({ manifest, packed, registry, tag })
  const tags = Object.fromEntries([tag, ...others].map((each) => [each, manifest.version]))
  return Buffer.from(JSON.stringify({ ...body, 'dist-tags': tags }))
}

async function* streamOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The access log in memory, with a way to wait for requests that are still under way. */
class CollectedLog implements AccessLog {
  readonly #entries: AccessEntry[] = []
  #begun = 0
  readonly #waiting: (() => void)[] = []

  begin(): void {
    this.#begun++
  }

  write(entry: AccessEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length < this.#begun) return
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async settled(): Promise<readonly AccessEntry[]> {
    while (this.#entries.length < this.#begun) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return [...this.#entries]
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
