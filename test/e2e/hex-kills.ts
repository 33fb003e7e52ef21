/**
 * Kills a registry at random moments while Hex clients publish to it, starts it again, and looks at everything it ever acknowledged: the signed record
 * names the version, and the tarball has the checksum that the record promises and are the bytes that were sent.
 */
import { createHash } from 'node:crypto'
import { hexTarball } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { askHex, readRecord } from './hex-requests.ts'
import type { KillOptions, KillReport } from './registry-kills.ts'
import { run, serve } from './registry-process.ts'
import type { ServeProcess } from './registry-process.ts'
import { login } from './registry-requests.ts'

const CLIENTS = 4
const KILL_AFTER_MAX_MS = 40

type Sent = { readonly name: string; readonly version: string; readonly checksum: string }

export async function killWhilePublishingHex({ folder, kills, seed, flags = [] }: KillOptions): Promise<KillReport> {
  const acknowledged: Sent[] = []
  const args = ['--data', 'data', '--upstream', 'none', '--access-log', 'none', ...flags]
  let token: string | undefined
  for (let kill = 0; kill < kills; kill++) {
    await using registry = await serve(args, { cwd: folder })
    token ??= String((await login(registry.ready, { name: 'alice', password: 'secret' })).json.token)
    // The moments follow from the seed: the same ones every time.
    const killAfterMs = ((seed * (kill + 1) * 7919) % 1000) * (KILL_AFTER_MAX_MS / 1000)
    await publishUntilKilled({ registry, token, round: kill, killAfterMs, acknowledged })
  }
  await using registry = await serve(args, { cwd: folder })
  const broken: string[] = []
  for (const sent of acknowledged) await check(registry, sent, broken)
  await registry.end('SIGTERM')
  const verified = await run(['verify', '--data', 'data', '--json', ...flags], { cwd: folder })
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

/** The kill comes after the first acknowledgement and a while. */
async function publishUntilKilled({ registry, token, round, killAfterMs, acknowledged }: Round): Promise<void> {
  const state = { killed: false }
  const first = Promise.withResolvers<void>()
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let patch = 0; !state.killed; patch++) {
      const sent = { name: `package_${client % 2}`, version: `${round}.${client}.${patch}` }
      const body = hexTarball({ ...sent, requirements: { dep: `~> ${patch}.0` } })
      const asked = { method: 'POST', key: token, body }
      const answer = await askHex(registry.ready, 'api/publish', asked).catch(() => undefined)
      if (answer === undefined) return
      if (answer.status !== 201)
        throw new Error(`${sent.name} ${sent.version}: ${answer.status} ${JSON.stringify(answer.value)}`)
      acknowledged.push({ ...sent, checksum: createHash('sha256').update(body).digest('hex') })
      first.resolve()
    }
  })
  // A client that fails must end the test, not leave it waiting.
  await Promise.race([first.promise, Promise.all(clients)])
  await new Promise((resolve) => setTimeout(resolve, killAfterMs))
  state.killed = true
  await registry.end('SIGKILL')
  await Promise.all(clients)
}

async function check({ ready }: ServeProcess, sent: Sent, broken: string[]): Promise<void> {
  const what = `${sent.name} ${sent.version}`
  const record = await readRecord(ready, `repo/packages/${sent.name}`)
  const release =
    typeof record === 'number' ? undefined : record.releases.find(({ version }) => version === sent.version)
  if (release === undefined) return void broken.push(`${what} was acknowledged and is not there`)
  if (release.outerChecksum !== sent.checksum) broken.push(`${what}: the record is not of what was sent`)
  const { bytes } = await askHex(ready, `repo/tarballs/${sent.name}-${sent.version}.tar`)
  if (createHash('sha256').update(bytes).digest('hex') !== sent.checksum) broken.push(`${what}: other bytes are served`)
}
