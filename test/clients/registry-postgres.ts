/** A PostgreSQL of this test alone, from the machine's Debian package: its own folder, its own socket and port, gone afterwards. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

export interface PrivatePostgres extends AsyncDisposable {
  /** A fresh, empty database on it. */
  createDatabase(): Promise<string>
}

/** The folder of its programs, or undefined when the machine has none. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  const newest = versions.toSorted((left, right) => Number(right) - Number(left))[0]
  return newest === undefined ? undefined : path.join('/usr/lib/postgresql', newest, 'bin')
}

export async function startPostgres(bin: string): Promise<PrivatePostgres> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'alkahest-postgres-'))
  await chmod(folder, 0o777)
  const data = path.join(folder, 'data')
  const port = await freePort()
  const user = asOwnUser()
  const options = ['-D', data, '-U', 'postgres', '--auth=trust', '--locale=C', '--encoding=UTF8', '--no-sync']
  const initialised = spawnSync(path.join(bin, 'initdb'), options, { ...user, cwd: folder })
  if (initialised.status !== 0) throw new Error(`initdb failed: ${String(initialised.stderr)}`)
  const settings = ['-k', folder, '-h', '127.0.0.1', '-p', String(port), '-c', 'log_min_messages=fatal']
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, ...settings], { ...user, cwd: folder, stdio: 'ignore' })
  let count = 0
  const psql = (sql: string) =>
    spawnSync(path.join(bin, 'psql'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', sql])
  while (psql('SELECT 1').status !== 0) {
    if (server.exitCode !== null) throw new Error('PostgreSQL ended before it was ready')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    async createDatabase() {
      const name = `registry_${count++}`
      psql(`CREATE DATABASE ${name}`)
      return `postgres://postgres@127.0.0.1:${port}/${name}`
    },
    async [Symbol.asyncDispose]() {
      await stop(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL does not run as root: as root its programs are run by the account that its package made. */
function asOwnUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('close', resolve))
  server.kill('SIGINT')
  await ended
}

/** A port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}
