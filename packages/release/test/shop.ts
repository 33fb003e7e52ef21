/** The project that the tests release and run: a small HTTP service with two packages. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { graphOf } from './graph.ts'
import type { Files, World, WorldInput } from './world.ts'

export const MAIN = `
import http from 'node:http'
import { greeting } from 'greeting'
const body = () => JSON.stringify({ greeting, version: process.env.RELEASE_VSN, pid: process.pid })
http.createServer((request, response) => {
  if (request.url === '/crash') process.exit(3)
  response.end(body())
}).listen(Number(process.env.PORT), process.env.HOST)
`

export function shop(main: string = MAIN, changes: Partial<WorldInput> = {}): WorldInput {
  const files: Files = {
    'package.json': JSON.stringify({ name: 'shop', version: '1.2.0', type: 'module', main: 'dist/main.js' }),
    'dist/main.js': main,
  }
  const graph = graphOf({
    '.': { dependency: ['greeting@1.0.0'] },
    'greeting@1.0.0': { dependency: ['word@1.0.0'] },
    'word@1.0.0': {},
  })
  const packages = {
    'greeting@1.0.0': {
      'package.json': '{"name":"greeting","type":"module","main":"index.js"}',
      'index.js': "export { word as greeting } from 'word'",
    },
    'word@1.0.0': {
      'package.json': '{"name":"word","type":"module","main":"index.js"}',
      'index.js': "export const word = 'hello'",
    },
  }
  return { files, graph, packages, ...changes }
}

export type Installed = {
  readonly root: string
  /** Runs bin/shop with the smallest PATH; never rejects. */
  readonly bin: (
    ...args: readonly string[]
  ) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  readonly status: () => Promise<{
    readonly listening: readonly { readonly port: number }[]
    readonly workers: readonly { readonly pid: number; readonly restarts: number }[]
    readonly pid: number
    readonly generation: number
  }>
  readonly get: (
    path?: string,
  ) => Promise<{ readonly greeting: string; readonly version: string; readonly pid: number }>
} & AsyncDisposable

export const ENV = { PATH: '/usr/bin:/bin', HOST: '127.0.0.1', PORT: '0' }

export async function installShop(world: World, folder?: string): Promise<Installed> {
  const { tarball } = await world.release({ overwrite: true })
  const root = await world.unpack(tarball, folder)
  const bin: Installed['bin'] = async (...args) => {
    const child = spawn(join(root, 'bin/shop'), args, { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (output.stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (output.stderr += String(chunk)))
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...output }
  }
  const status: Installed['status'] = async () => JSON.parse((await bin('status', '--json')).stdout) as never
  return {
    root,
    bin,
    status,
    get: async (path = '/') => {
      const { listening } = await status()
      // A connection that is kept alive stays with the worker that it was made to.
      const response = await fetch(`http://127.0.0.1:${listening[0]?.port}${path}`, {
        headers: { Connection: 'close' },
      })
      return (await response.json()) as never
    },
    [Symbol.asyncDispose]: async () => void (await bin('stop')),
  }
}
