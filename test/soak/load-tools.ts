/**
 * Load by tools that are not ours, Debian's wrk and tsung: each is started against a port, runs until it is told to stop, and
 * its own counts are read. Neither repeats a request.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type Counted = {
  readonly requests: number
  /** As the tool words them; empty when nothing failed. */
  readonly failures: readonly string[]
}

export type LoadTool = {
  readonly name: 'wrk' | 'tsung'
  readonly isHere: boolean
  readonly start: (options: {
    readonly port: number
    readonly keepAlive: boolean
  }) => Promise<{ readonly stop: () => Promise<Counted> }>
}

/** Longer than any test: the tools are stopped. */
const DURATION_S = 3600
/** Patience of both tools with one answer. */
const TIMEOUT_S = 20

const wrk: LoadTool = {
  name: 'wrk',
  isHere: isHere('wrk'),
  start: async ({ port, keepAlive }) => {
    const headers = keepAlive ? [] : ['-H', 'Connection: close']
    const flags = ['-t2', '-c32', `-d${DURATION_S}s`, '--timeout', `${TIMEOUT_S}s`, ...headers]
    const child = spawn('wrk', [...flags, `http://127.0.0.1:${port}/`], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += String(chunk)))
    const exit = once(child, 'exit')
    return {
      stop: async () => {
        child.kill('SIGINT')
        await exit
        return {
          requests: Number(/(\d+) requests in/.exec(output)?.[1] ?? 0),
          failures: output.match(/^.*(?:Socket errors|Non-2xx).*$/gm) ?? [],
        }
      },
    }
  },
}

/** New users a second; each asks so often, with a short pause, on one connection or on one for each request. */
const USERS_PER_SECOND = 20
const REQUESTS_PER_USER = 20

function scenario(port: number, keepAlive: boolean): string {
  const header = keepAlive ? '' : '<http_header name="Connection" value="close"/>'
  return `<?xml version="1.0"?>
<!DOCTYPE tsung SYSTEM "/usr/share/tsung/tsung-1.0.dtd">
<tsung loglevel="notice" version="1.0">
  <clients><client host="localhost" use_controller_vm="true" maxusers="2000"/></clients>
  <servers><server host="127.0.0.1" port="${port}" type="tcp"/></servers>
  <load duration="${DURATION_S}" unit="second">
    <arrivalphase phase="1" duration="${DURATION_S}" unit="second"><users arrivalrate="${USERS_PER_SECOND}" unit="second"/></arrivalphase>
  </load>
  <options>
    <option name="tcp_timeout" value="${TIMEOUT_S * 1000}"/>
    <option name="max_retries" value="0"/>
  </options>
  <sessions>
    <session name="asking" probability="100" type="ts_http">
      <for from="1" to="${REQUESTS_PER_USER}" var="turn">
        <request><http url="/" method="GET" version="1.1">${header}</http></request>
        <thinktime value="0.1" random="true"/>
      </for>
    </session>
  </sessions>
</tsung>
`
}

/** tsung's counts are written every ten seconds; what came after the last time is not in them. */
const DUMP_MS = 11_000
const POLL_MS = 200

const tsung: LoadTool = {
  name: 'tsung',
  isHere: isHere('tsung') && isHere('epmd'),
  start: async ({ port, keepAlive }) => {
    // Its script does not take paths with spaces.
    const folder = await mkdtemp(join(tmpdir(), 'alkahest-tsung-'))
    // Erlang's nodes find each other through a service that would stay; this one is the test's own.
    const names = await freePort()
    const home = join(folder, 'home')
    mkdirSync(home, { recursive: true })
    const file = join(folder, 'scenario.xml')
    const log = join(folder, 'log')
    writeFileSync(file, scenario(port, keepAlive))
    const env = { ...process.env, HOME: home, ERL_EPMD_PORT: String(names), ERL_EPMD_ADDRESS: '127.0.0.1' }
    const run = (program: string, ...args: readonly string[]): ChildProcess =>
      spawn(program, args, { env, cwd: folder, stdio: 'ignore' })
    const service = run('epmd', '-port', String(names), '-address', '127.0.0.1')
    const child = run('tsung', '-f', file, '-l', log, '-n', 'start')
    const exit = once(child, 'exit')
    const written = (): string => {
      if (!existsSync(log)) return ''
      const [run = ''] = readdirSync(log, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      )
      const counts = join(log, run, 'tsung.log')
      return existsSync(counts) ? readFileSync(counts, 'utf8') : ''
    }
    while (!written().includes('stats: 200 ')) {
      if (child.exitCode !== null) {
        service.kill()
        throw new Error(`tsung ended with ${child.exitCode}`)
      }
      await delay(POLL_MS)
    }
    return {
      stop: async () => {
        await delay(DUMP_MS)
        await once(run('tsung', '-l', log, 'stop'), 'exit')
        await exit
        service.kill()
        const text = written()
        await rm(folder, { recursive: true, force: true })
        const statuses = [...text.matchAll(/^stats: (\d{3}) \d+ (\d+)$/gm)]
        return {
          requests: Number(statuses.findLast(([, status]) => status === '200')?.[2] ?? 0),
          failures: [
            ...(text.match(/^stats: error_.*$/gm) ?? []),
            ...statuses.map(([line]) => line).filter((line) => !line.startsWith('stats: 200 ')),
          ],
        }
      },
    }
  },
}

export const loadTools: readonly LoadTool[] = [wrk, tsung]

function isHere(program: string): boolean {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
