/** `kill -9` in the middle of an install and of a publish, of the client and of the registry: the next run works. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digest, openCliWorld } from '../e2e/cli-world.ts'
import type { CliWorld } from '../e2e/cli-world.ts'

const NAMES = Array.from({ length: 12 }, (_, index) => `part-${index}`)

let world: CliWorld

beforeAll(async () => {
  world = await openCliWorld()
  for (const [index, name] of NAMES.entries()) {
    const next = NAMES[index + 1]
    const dependencies = next === undefined ? {} : { [next]: '^1.0.0' }
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_unused, file) => [`lib/${file}.js`, `// ${name} ${file}\n`]),
    )
    await world.publish(name, '1.0.0', { dependencies, files, bin: { [name]: './index.js' } })
  }
})
afterAll(async () => world.close())

const dependent = { name: 'dependent', version: '1.0.0', dependencies: { 'part-0': '^1.0.0' } }

/** What an install that nobody disturbed leaves. */
let reference: string

beforeAll(async () => {
  reference = world.newProject('reference', dependent)
  const { exitCode, stderr } = await world.alk(['install'], { cwd: reference })
  if (exitCode !== 0) throw new Error(`the reference cannot be installed: ${stderr}`)
})

describe('kill -9 of an install', () => {
  it.each(['the first tarball', 'the fifth tarball', 'the first link', 'the last link'])('at %s', async (moment) => {
    const env = { ALKAHEST_HOME: path.join(world.directory, `home ${moment}`) }
    const folder = world.newProject(`killed at ${moment}`, dependent)
    const { child, ended } = world.start(['install'], { cwd: folder, env })
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    let tarballs = 0
    world.proxy.onRequest((incoming) => {
      if (incoming.url?.endsWith('.tgz') === true) tarballs++
      if ((moment === 'the first tarball' && tarballs === 1) || (moment === 'the fifth tarball' && tarballs === 5))
        reach()
    })
    if (moment === 'the first link') void waitFor(path.join(folder, 'node_modules', '.alk')).then(reach)
    if (moment === 'the last link') void waitFor(path.join(folder, 'node_modules', 'part-0')).then(reach)
    await Promise.race([reached, ended])
    child.kill('SIGKILL')
    await ended
    world.proxy.onRequest(undefined)

    expect(await world.alk(['install'], { cwd: folder, env })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(world.read(path.join(path.basename(folder), 'alkahest.lock'))).toBe(world.read('reference/alkahest.lock'))
    const tree = await world.alk(['tree', '--json'], { cwd: folder, env })
    expect(tree.stdout).toBe((await world.alk(['tree', '--json'], { cwd: reference })).stdout)
    expect(digest(path.join(folder, 'node_modules', 'part-0'))).toBe(
      digest(path.join(reference, 'node_modules', 'part-0')),
    )
    const ran = await world.alk(['exec', 'node', '-e', "console.log(require('part-0'))"], { cwd: folder, env })
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'part-0 1.0.0\n' })
  })
})

describe('kill -9 of a publish', () => {
  /** Large and without pattern, so that it travels in many pieces. */
  const ballast = randomBytes(3_000_000).toString('base64')

  beforeAll(async () => {
    const args = ['login', '--username', 'writer', '--password-stdin']
    const { exitCode, stderr } = await world.alk(args, { input: 'a long password\n' })
    if (exitCode !== 0) throw new Error(`nobody is logged in: ${stderr}`)
  })

  function newLibrary(name: string): string {
    const folder = world.newProject(name, { name, version: '1.0.0' })
    world.write(`${name}/ballast.txt`, ballast)
    return folder
  }

  /**
   * Calls back when part of an upload has arrived. No more of it goes on to the registry, or the system's buffers would
   * deliver what the client had already handed over, all of it at times; the act says when the connection ends.
   */
  function onceUploading(act: (cut: () => void) => void): void {
    world.proxy.onRequest((incoming) => {
      if (incoming.method !== 'PUT') return
      incoming.once('data', () => {
        incoming.unpipe()
        act(() => incoming.destroy())
      })
    })
  }

  async function expectPublished(name: string, folder: string): Promise<void> {
    expect(await world.alk(['publish'], { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' })
    const consumer = world.newProject(`consumer of ${name}`, {
      name: 'consumer',
      version: '1.0.0',
      dependencies: { [name]: '1.0.0' },
    })
    expect(await world.alk(['install'], { cwd: consumer })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(world.read(`consumer of ${name}/node_modules/${name}/ballast.txt`)).toBe(ballast)
  }

  it('of the client: nothing is published, and the next publish works', async () => {
    const folder = newLibrary('client-killed')
    const before = world.digests().data
    const { promise: uploading, resolve: reach } = Promise.withResolvers<() => void>()
    onceUploading(reach)
    const { child, ended } = world.start(['publish'], { cwd: folder })
    const cut = await uploading
    child.kill('SIGKILL')
    expect((await ended).exitCode).toBe(null)
    cut()
    world.proxy.onRequest(undefined)
    const missing = await world.alk(['add', 'client-killed'], {
      cwd: world.newProject('consumer', { name: 'consumer' }),
    })
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error PACKAGE_NOT_FOUND /) })
    expect(world.digests().data).toBe(before)
    await expectPublished('client-killed', folder)
  })

  it('of the registry: the client says so, nothing is half there, and the next publish works', async () => {
    const folder = newLibrary('registry-killed')
    onceUploading((cut) => void world.killRegistry().then(cut))
    const { exitCode, stderr } = await world.alk(['publish'], { cwd: folder })
    world.proxy.onRequest(undefined)
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error REGISTRY_(?:UNREACHABLE|NONSENSE) /),
    })
    await world.restartRegistry()
    await expectPublished('registry-killed', folder)
  })

  it('an answer that was lost: the same publish again is the same publish', async () => {
    const folder = newLibrary('answer-lost')
    world.proxy.setFault(/answer-lost/, { kind: 'cut', afterBytes: 1 })
    expect((await world.alk(['publish'], { cwd: folder })).exitCode).toBe(1)
    world.proxy.setFault(/answer-lost/, undefined)
    await expectPublished('answer-lost', folder)
  })
})

async function waitFor(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(1)
}
