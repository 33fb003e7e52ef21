/**
 * Kills a registry at random moments while clients publish to it, starts it again, and looks at everything it ever acknowledged: the document
 * names the version, the tarball has the bytes that the document promises, and they are the bytes that were sent.
 */
import { createHash } from 'node:crypto'
import { publishBodyOf } from '@alkahest/test-support'
import { run, serve } from './registry-process.ts'
import type { ServeProcess } from './registry-process.ts'
import { ask, login } from './registry-requests.ts'

export type KillOptions = {
  readonly folder: string
  readonly kills: number
  /** The same moments and the same versions every time. */
  readonly seed: number
  readonly flags?: readonly string[]
  /** The file to start instead of the sources. */
  readonly program?: string
}

export type KillReport = {
  readonly acknowledged: number
  /** What does not hold, in words; empty when all is well. */
  readonly broken: readonly string[]
}

const CLIENTS = 4
const KILL_AFTER_MAX_MS = 40

type Sent = { readonly name: string; readonly version: string; readonly integrity: string }

export async function killWhilePublishing(options: KillOptions): Promise<KillReport> {
  const random = randomOf(options.seed)
  const acknowledged: Sent[] = []
  const args = ['--data', 'data', '--upstream', 'none', '--access-log', 'none', ...(options.flags ?? [])]
  const where = { cwd: options.folder, ...(options.program === undefined ? {} : { program: options.program }) }
  let token: string | undefined
  for (let kill = 0; kill < options.kills; kill++) {
    await using registry = await serve(args, where)
    token ??= String((await login(registry.ready, { name: 'alice', password: 'secret' })).json.token)
    await publishUntilKilled({ registry, token, round: kill, killAfterMs: random() * KILL_AFTER_MAX_MS, acknowledged })
  }
  await using registry = await serve(args, where)
  const broken: string[] = []
  for (const sent of acknowledged) await check(registry, sent, broken)
  await registry.end('SIGTERM')
  const verified = await run(['verify', '--data', 'data', '--json', ...(options.flags ?? [])], { cwd: options.folder })
  if (verified.code !== 0) broken.push(`verify says ${verified.stdout}${verified.stderr}`)
  return { acknowledged: acknowledged.length, broken }
}

type Round = {
  readonly registry: ServeProcess
  readonly token: string
  readonly round: number
  readonly killAfterMs: number
  readonly acknowledged: Sent[]
}

/** Each client publishes one version after the other; the kill comes after the first acknowledgement and a random while. */
async function publishUntilKilled(round: Round): Promise<void> {
  const { registry, token, acknowledged } = round
  const state = { killed: false }
  let firstAcknowledged = (): void => undefined
  const first = new Promise<void>((resolve) => (firstAcknowledged = resolve))
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let patch = 0; !state.killed; patch++) {
      const sent = { name: `package-${client % 2}`, version: `${round.round}.${client}.${patch}` }
      const body = publishBodyOf(`${sent.name} ${sent.version}: a ^${patch}`, registry.ready.url)
      const answer = await ask(registry.ready.url + sent.name, { method: 'PUT', token, body }).catch(() => undefined)
      if (answer === undefined) return
      if (answer.status !== 201) throw new Error(`${sent.name}@${sent.version}: ${answer.status} ${answer.text}`)
      const { integrity } = JSON.parse(body).versions[sent.version].dist
      acknowledged.push({ ...sent, integrity })
      firstAcknowledged()
    }
  })
  await first
  await new Promise((resolve) => setTimeout(resolve, round.killAfterMs))
  state.killed = true
  await registry.end('SIGKILL')
  await Promise.all(clients)
}

async function check(registry: ServeProcess, sent: Sent, broken: string[]): Promise<void> {
  const what = `${sent.name}@${sent.version}`
  const manifest = await ask(`${registry.ready.url}${sent.name}/${sent.version}`)
  if (manifest.status !== 200) return void broken.push(`${what} was acknowledged and is not there`)
  const { bytes } = await ask(manifest.json.dist.tarball)
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (found !== manifest.json.dist.integrity) broken.push(`${what}: the document and the tarball disagree`)
  if (found !== sent.integrity) broken.push(`${what}: the tarball is not the one that was sent`)
}

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
