/** A program that collects a store and kills itself before its n-th change of the disk. Arguments: directory, n. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [directory = '', nth = ''] = process.argv.slice(2)
let count = 0
const table = fs as unknown as Record<string, (...parameters: unknown[]) => unknown>
for (const name of ['mkdirSync', 'renameSync', 'rmSync']) {
  const original = table[name]
  table[name] = (...parameters) => {
    if (++count === Number(nth)) process.kill(process.pid, 'SIGKILL')
    return original?.(...parameters)
  }
}
syncBuiltinESMExports()

const { openStore } = await import('@alkahest/store')
await using store = openStore({ directory, concurrency: 0 })
await store.collect({ keep: new Set() })
