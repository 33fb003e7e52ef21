/**
 * `alk release prove`: the promise that an upgrade loses no request, tried on the user's own release. The first tarball is
 * installed in a temporary folder and started; under load it is moved to the second and back, again and again.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { userError } from '@alkahest/core'
import { startLoad } from './load.ts'
import type { LoadKind, LoadReport } from './load.ts'
import { withTemporaryFolder } from './temporary-folder.ts'

export type ProveOptions = {
  /** Two tarballs of the same release for this machine, of different versions. */
  readonly tarballs: readonly [string, string]
  /** How many moves from one version to the other. */
  readonly rolls: number
  /** How long each must stay healthy. */
  readonly windowMs: number
  /** Requests a second of each kind. */
  readonly rate?: number
  /** Where requests go; `/` by default. */
  readonly path?: string
  /** Where WebSockets are accepted; none are opened without it. */
  readonly webSocketPath?: string
  /** Added to the release's environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly onRoll?: (roll: number, version: string) => void
}

export type ProveReport = {
  readonly rolls: number
  readonly loads: readonly LoadReport[]
  /** Of all loads together; 0 is what is promised. */
  readonly failed: number
}

const RATE = 50
const WEB_SOCKETS = 5
/** Load without rolls, for comparison. */
const QUIET_MS = 1000

const run = promisify(execFile)

/** Leaves nothing running and nothing behind. Throws `RELEASE_PROVE_FAILED` when a command of the release fails. */
export async function proveRelease(options: ProveOptions): Promise<ProveReport> {
  return await withTemporaryFolder(async (folder) => {
    const installed = await install(folder, options)
    try {
      return await proveInstalled(installed, options)
    } finally {
      await installed.bin('stop')
    }
  })
}

/** The report, or `RELEASE_LOST_REQUESTS` with it in the details when a request failed. */
export function checkProof(report: ProveReport): ProveReport {
  if (report.failed === 0) return report
  const reasons = report.loads.flatMap(({ kind, failures }) =>
    Object.entries(failures).map(([reason, count]) => `\n  ${kind}: ${count} times ${reason}`),
  )
  throw userError(
    'RELEASE_LOST_REQUESTS',
    `${report.failed} of ${report.loads.reduce((sum, { sent }) => sum + sent, 0)} requests failed in ${report.rolls} rolls${reasons.join('')}`,
    {
      hint: 'a request that takes longer than shutdownMs is cut, and a status from 500 on is the application',
      details: { ...report },
    },
  )
}

type Installed = {
  readonly port: number
  readonly root: string
  readonly bin: (...args: readonly string[]) => Promise<void>
}

async function install(root: string, { tarballs, env = {} }: ProveOptions): Promise<Installed> {
  try {
    await run('tar', ['-xzf', tarballs[0], '-C', root])
  } catch (cause) {
    throw userError('RELEASE_PROVE_FAILED', `${tarballs[0]} cannot be unpacked`, {
      hint: 'give two tarballs that alk release made, of different versions, for this machine',
      cause,
    })
  }
  const [name = ''] = await readdir(join(root, 'bin'))
  const port = await freePort()
  const variables = { ...process.env, ...env, HOST: '127.0.0.1', PORT: String(port), RELEASE_TMP: join(root, 'tmp') }
  return {
    port,
    root,
    bin: async (...args) => {
      try {
        await run(join(root, 'bin', name), [...args], { env: variables })
      } catch (error) {
        const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
        throw userError('RELEASE_PROVE_FAILED', `${name} ${args[0]} failed: ${(stderr ?? message).trim()}`, {
          cause: error,
        })
      }
    },
  }
}

async function proveInstalled({ port, root, bin }: Installed, options: ProveOptions): Promise<ProveReport> {
  const { rolls, windowMs, rate = RATE, path = '/', webSocketPath } = options
  await bin('daemon')
  const kinds: readonly LoadKind[] = ['keep-alive', 'close', 'slow upload']
  const loads = [
    ...kinds.map((kind) => startLoad({ port, kind, path, rate: kind === 'slow upload' ? Math.ceil(rate / 10) : rate })),
    ...(webSocketPath === undefined
      ? []
      : [startLoad({ port, kind: 'websocket', path: webSocketPath, rate: WEB_SOCKETS })]),
  ]
  try {
    await delay(QUIET_MS)
    for (const load of loads) load.mark()
    const window = ['--window', String(windowMs)]
    const first = await currentVersion(root)
    await bin('upgrade', options.tarballs[1], ...window)
    const second = await currentVersion(root)
    options.onRoll?.(1, second)
    for (let roll = 2; roll <= rolls; roll++) {
      const version = roll % 2 === 0 ? first : second
      await bin('upgrade', version, ...window)
      options.onRoll?.(roll, version)
    }
    await delay(QUIET_MS)
  } catch (error) {
    await Promise.all(loads.map((load) => load.stop()))
    throw error
  }
  const reports = await Promise.all(loads.map((load) => load.stop()))
  return { rolls, loads: reports, failed: reports.reduce((sum, { sent, succeeded }) => sum + sent - succeeded, 0) }
}

async function currentVersion(root: string): Promise<string> {
  return (await readFile(join(root, 'releases', 'current'), 'utf8')).trim()
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
