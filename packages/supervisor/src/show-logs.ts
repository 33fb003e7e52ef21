/** `logs [-n COUNT] [-f]`: what the release said while it ran in the background. */
import { closeSync, openSync, readSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { logFile } from './environment.ts'
import type { Environment } from './environment.ts'
import { EXIT_USAGE, Failure } from './failure.ts'

const LINES = 100
/** Enough for the last lines of any count that is asked for at a terminal. */
const TAIL_BYTES_MAX = 4 * 1024 * 1024

/** With `-f` it goes on until it is interrupted. */
export async function showLogs(environment: Environment, rest: readonly string[]): Promise<number> {
  const { count, follow, json } = readArguments(rest)
  const file = logFile(environment)
  const tail = new LogTail(file)
  if (!tail.exists) throw new Failure(`there is no log at ${file}: the release was not started with daemon`)
  const show = (line: string): void => void process.stdout.write(`${json ? line : plainLine(line)}\n`)
  for (const line of tail.read().slice(-count)) show(line)
  if (!follow) return 0
  const watcher = watch(dirname(file), () => {
    for (const line of tail.read()) show(line)
  })
  await new Promise((resolve) => process.once('SIGINT', resolve))
  watcher.close()
  return 0
}

/** Reads what was added since the last time; a file that was rotated is read from its beginning. */
class LogTail {
  readonly #file: string
  #inode = 0
  #offset = 0
  #rest = ''

  constructor(file: string) {
    this.#file = file
    const stats = statSync(file, { throwIfNoEntry: false })
    this.#inode = stats?.ino ?? 0
    this.#offset = Math.max(0, (stats?.size ?? 0) - TAIL_BYTES_MAX)
  }

  get exists(): boolean {
    return this.#inode !== 0
  }

  read(): readonly string[] {
    const stats = statSync(this.#file, { throwIfNoEntry: false })
    if (stats === undefined) return []
    if (stats.ino !== this.#inode) this.#offset = 0
    this.#inode = stats.ino
    const bytes = Buffer.alloc(Math.max(0, stats.size - this.#offset))
    const descriptor = openSync(this.#file, 'r')
    const length = readSync(descriptor, bytes, 0, bytes.length, this.#offset)
    closeSync(descriptor)
    this.#offset += length
    const lines = (this.#rest + bytes.subarray(0, length).toString('utf8')).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines
  }
}

function plainLine(line: string): string {
  const {
    time,
    from,
    line: said,
  } = JSON.parse(line) as { readonly time: string; readonly from: string; readonly line: string }
  return `${time} ${from} ${said}`
}

function readArguments(rest: readonly string[]): {
  readonly count: number
  readonly follow: boolean
  readonly json: boolean
} {
  let count = LINES
  let follow = false
  let json = false
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index]
    if (argument === '-f') follow = true
    else if (argument === '--json') json = true
    else if (argument === '-n' && /^\d+$/.test(rest[index + 1] ?? '')) {
      index += 1
      count = Number(rest[index])
    } else throw new Failure(`logs does not know ${argument}`, EXIT_USAGE)
  }
  return { count, follow, json }
}
