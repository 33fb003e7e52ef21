/** A release from the tarball to the answer, with its real script, supervisor and processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { graphOf } from './graph.ts'
import { makeWorld, run } from './world.ts'
import type { Files, World, WorldInput } from './world.ts'

const MAIN = `
import http from 'node:http'
import { greeting } from 'greeting'
const body = () => JSON.stringify({ greeting, version: process.env.RELEASE_VSN, pid: process.pid })
http.createServer((request, response) => {
  if (request.url === '/crash') process.exit(3)
  response.end(body())
}).listen(Number(process.env.PORT), process.env.HOST)
`

function shop(main = MAIN, changes: Partial<WorldInput> = {}): WorldInput {
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

type Installed = {
  readonly root: string
  /** Runs bin/shop with the smallest PATH; never rejects. */
  readonly bin: (
    ...args: readonly string[]
  ) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  readonly status: () => Promise<{
    readonly listening: readonly { readonly port: number }[]
    readonly workers: readonly { readonly pid: number; readonly restarts: number }[]
    readonly pid: number
  }>
  readonly get: (
    path?: string,
  ) => Promise<{ readonly greeting: string; readonly version: string; readonly pid: number }>
} & AsyncDisposable

const ENV = { PATH: '/usr/bin:/bin', HOST: '127.0.0.1', PORT: '0' }

async function install(world: World): Promise<Installed> {
  const { tarball } = await world.release()
  const root = await world.unpack(tarball)
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

test('daemon, answer, restart, eval, stop', async () => {
  await using world = await makeWorld(shop())
  await using installed = await install(world)
  const { bin } = installed
  expect(await bin('version')).toEqual({ code: 0, stdout: 'shop 1.2.0\n', stderr: '' })
  expect(await bin('ping')).toEqual({ code: 1, stdout: '', stderr: 'error: shop is not running\n' })

  const daemon = await bin('daemon')
  expect(daemon).toMatchObject({ code: 0, stderr: '' })
  expect((await bin('pid')).stdout).toBe(daemon.stdout)
  const before = await installed.get()
  expect(before).toMatchObject({ greeting: 'hello', version: '1.2.0' })
  expect(await bin('daemon')).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: shop is running already, as process ${daemon.stdout}`,
  })

  expect(await bin('restart')).toEqual({ code: 0, stdout: 'restarted 1 worker\n', stderr: '' })
  const after = await installed.get()
  expect(after.pid).not.toBe(before.pid)

  expect(await bin('eval', "(await import('greeting')).greeting + process.argv[2]", '!')).toEqual({
    code: 0,
    stdout: 'hello!\n',
    stderr: '',
  })
  expect((await bin('eval', 'throw new Error("no")')).code).toBe(1)
  expect(await bin('stop')).toEqual({ code: 0, stdout: `stopped process ${daemon.stdout}`, stderr: '' })
  expect(() => process.kill(Number(daemon.stdout), 0)).toThrow('ESRCH')
  expect(() => process.kill(after.pid, 0)).toThrow('ESRCH')
  expect(await bin('stop')).toEqual({ code: 0, stdout: 'shop is not running\n', stderr: '' })
})

test('a worker that is killed refuses no connection that comes afterwards', async () => {
  await using world = await makeWorld(shop())
  await using installed = await install(world)
  await installed.bin('daemon')
  const { workers, listening } = await installed.status()
  const [worker] = workers
  process.kill(worker?.pid ?? 0, 'SIGKILL')
  // Asked at once, while nobody accepts: the connection waits in the kernel's queue for the next worker.
  const response = await fetch(`http://127.0.0.1:${listening[0]?.port}/`)
  const { pid } = (await response.json()) as { readonly pid: number }
  expect(pid).not.toBe(worker?.pid)
  expect((await installed.status()).workers).toMatchObject([{ pid, restarts: 1 }])
})

test('an application that does not boot: daemon says why and leaves nothing running', async () => {
  await using world = await makeWorld(shop("console.error('no database'); process.exitCode = 9"))
  await using installed = await install(world)
  expect(await installed.bin('daemon')).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: shop did not start: shop\.0 ended before it was ready \(exit code 9\)\n {2}shop\.0: no database\n/,
    ) as string,
  })
  expect((await installed.bin('pid')).code).toBe(1)
})

test('an application that keeps crashing uses up its restarts and stops the release', async () => {
  await using world = await makeWorld(shop(MAIN, { configuration: { shop: { maxRestarts: 1, maxSeconds: 3600 } } }))
  await using installed = await install(world)
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toMatch(/^shop: version 1\.2\.0 is ready/)
  await expect(installed.get('/crash')).rejects.toThrow('fetch failed')
  await installed.get()
  await expect(installed.get('/crash')).rejects.toThrow('fetch failed')
  expect((await exit)[0]).toBe(1)
  const said = []
  for await (const line of lines) said.push(line)
  expect(said.at(-1)).toBe('shop: gave up: more than 1 restarts in 3600 seconds, last shop: exit code 3')
})

test('start in the foreground stops on SIGTERM after the request at hand', async () => {
  const slow = `
import http from 'node:http'
http.createServer((request, response) => {
  console.log('request')
  process.on('message', (message) => message.alkahest === 'drain' && response.end('done'))
}).listen(Number(process.env.PORT), process.env.HOST)`
  await using world = await makeWorld(shop(slow))
  await using installed = await install(world)
  const child = spawn(join(installed.root, 'bin/shop'), ['start'], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  await once(child.stderr, 'data')
  const { listening } = await installed.status()
  const answer = fetch(`http://127.0.0.1:${listening[0]?.port}/`)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await (await answer).text()).toBe('done')
  expect(await exit).toEqual([0, null])
})

test('the script: symbolic links, other shells, wrong usage', async () => {
  await using world = await makeWorld(shop())
  await using installed = await install(world)
  const link = join(world.folder, 'a link')
  await symlink('unpacked/bin/shop', link)
  expect((await run(link, ['version'])).stdout).toBe('shop 1.2.0\n')
  expect((await run('sh', ['bin/shop', 'version'], { cwd: installed.root })).stdout).toBe('shop 1.2.0\n')
  expect(await installed.bin()).toMatchObject({ code: 0, stderr: '' })
  const unknown = await installed.bin('sart')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toMatch(/^Usage: shop COMMAND\n[^]*\nerror: unknown command sart\n$/)
  await writeFile(join(installed.root, 'releases/current'), '9.9.9\n')
  expect(await installed.bin('start')).toMatchObject({
    code: 1,
    stderr: `error: version 9.9.9 of shop is not in ${installed.root}/releases\n`,
  })
})

test('the same project in two folders gives the same bytes, and a tarball that exists is kept', async () => {
  await using one = await makeWorld(shop())
  await using two = await makeWorld(shop())
  const [first, second] = [await one.release(), await two.release()]
  expect(await readFile(second.tarball)).toEqual(await readFile(first.tarball))
  expect(second).toEqual({ ...first, tarball: second.tarball })
  await expect(one.release()).rejects.toThrow(`${first.tarball} exists already`)
  expect(await one.release({ overwrite: true })).toEqual(first)
})

test('an entry that the build did not make', async () => {
  await using world = await makeWorld(shop(MAIN, { configuration: { shop: { entry: 'dist/server.js' } } }))
  await expect(world.release()).rejects.toThrow(
    'dist/server.js, which shop starts with, is not among the files of the release',
  )
})
