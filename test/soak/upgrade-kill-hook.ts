/**
 * Loaded into a release's own processes (`NODE_OPTIONS=--import`): ends one with SIGKILL before the n-th change of the disk
 * below the release's root. `ALK_KILL=command:n:file` says in which command, where, and names a file that must be there and is
 * removed first, so that what is started again afterwards lives. Operations are the real ones.
 */
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const WRITES = ['mkdir', 'open', 'rename', 'rm', 'symlink'] as const

type Table = Record<string, (...parameters: unknown[]) => unknown>

const [command, nth, armed = ''] = (process.env.ALK_KILL ?? '').split(':')
const root = process.env.RELEASE_ROOT ?? ''
const remove = fs.rmSync
let count = 0

function isChange(name: string, [path, flags = 'r']: readonly unknown[]): boolean {
  if (typeof path !== 'string' && name !== 'symlink') return false
  const isInside = [path, flags].some(
    (place) => typeof place === 'string' && /\/(?:releases|runtime|bin)\b/.test(place),
  )
  return isInside && (name !== 'open' || (typeof flags === 'string' && flags.startsWith('w')))
}

function watch(table: Table, suffix: string): void {
  for (const name of WRITES) {
    const original = table[`${name}${suffix}`]
    if (original === undefined) continue
    table[`${name}${suffix}`] = (...parameters) => {
      if (isChange(name, parameters) && String(parameters[name === 'symlink' ? 1 : 0]).startsWith(root)) {
        count += 1
        if (count === Number(nth) && fs.existsSync(armed)) {
          remove(armed)
          process.kill(process.pid, 'SIGKILL')
        }
      }
      return original(...parameters)
    }
  }
}

if (isMainThread && process.argv[2] === command) {
  watch(fs as unknown as Table, 'Sync')
  watch(fsPromises as unknown as Table, '')
  syncBuiltinESMExports()
}
