/** Load on one address from raw sockets: the next request of a connection goes out when the last byte of the answer before came in. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'

const CONNECTIONS = 16

/** Linux counts the CPU time of a process in these. */
const TICK_MS = 10

export type Target = {
  readonly port: number
  /** The processes whose CPU time is counted. */
  readonly pids: readonly number[]
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** What an answer must begin with, so that an error is never taken for speed. */
  readonly status: number
}

export type Measured = {
  readonly requests: number
  readonly seconds: number
  /** Of the server, for each request. */
  readonly cpuMicroseconds: number
  readonly bytes: number
}

export async function load(target: Target, milliseconds: number): Promise<Measured> {
  const { headers, path, status } = target
  const lines = Object.entries({ host: 'bench', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  const length = await answerLength(target.port, request, status)
  const before = cpuOf(target.pids)
  const started = performance.now()
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      drive({ port: target.port, request, length, until: started + milliseconds }),
    ),
  )
  const seconds = (performance.now() - started) / 1000
  const requests = counts.reduce((total, count) => total + count, 0)
  const cpuMicroseconds = ((cpuOf(target.pids) - before) * 1000) / requests
  return { requests, seconds, cpuMicroseconds, bytes: requests * length }
}

type Drive = { readonly port: number; readonly request: string; readonly length: number; readonly until: number }

/** Answers are all of one length, which is what makes counting them cheap; a server that says otherwise fails the run. */
function drive({ port, request, length, until }: Drive): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request))
    let left = length
    let count = 0
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      left -= chunk.length
      if (left < 0) reject(new Error(`an answer was ${-left} bytes longer than the first one`))
      if (left > 0) return
      count++
      left = length
      if (performance.now() < until) socket.write(request)
      else {
        socket.destroy()
        resolve(count)
      }
    })
  })
}

/** In bytes, head and body, of one answer. */
async function answerLength(port: number, request: string, status: number): Promise<number> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(request.replace('\r\n\r\n', '\r\nconnection: keep-alive\r\n\r\n'))
  let text = ''
  while (!text.includes('\r\n\r\n')) text += ((await once(socket, 'data')) as [Buffer])[0].toString('latin1')
  socket.destroy()
  if (!text.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`wanted ${status}, got ${text.slice(0, 60)}`)
  const head = text.slice(0, text.indexOf('\r\n\r\n') + 4)
  const body = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  return head.length + (status === 304 ? 0 : body)
}

/** CPU time used so far, in milliseconds: user and system. */
function cpuOf(pids: readonly number[]): number {
  return pids.reduce((total, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return total + (Number(fields[11]) + Number(fields[12])) * TICK_MS
  }, 0)
}
