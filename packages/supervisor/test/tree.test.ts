/** Who is started and stopped with whom: OTP's strategies, over workers that are only pretended. */
import { expect, test } from 'vitest'
import type { Failure } from '../src/failure.ts'
import type { ChildDocument, ReleaseDocument } from '../src/release-document.ts'
import { Tree } from '../src/tree.ts'
import type { ExitRecord, WorkerProcess } from '../src/worker-process.ts'

type FakeWorker = { readonly name: string; readonly end: (code: number) => void }

/** Everything that happens, in order; `until` resolves when the last thing was said. */
class World {
  readonly events: string[] = []
  readonly ended = Promise.withResolvers<Failure | undefined>()
  readonly tree: Tree
  readonly #workers = new Map<string, FakeWorker>()
  readonly #waiting: { readonly event: string; readonly count: number; readonly resolve: () => void }[] = []
  readonly #failing: readonly string[]

  constructor(
    document: Partial<ReleaseDocument> & { readonly children: readonly ChildDocument[] },
    failing: readonly string[] = [],
  ) {
    this.#failing = failing
    this.tree = new Tree({
      document: {
        name: 'shop',
        version: '1.0.0',
        target: 'x',
        runtime: '24',
        strategy: 'one_for_one',
        maxRestarts: 3,
        maxSeconds: 3600,
        ...document,
      },
      startWorker: (child, instance) => this.#start(`${child.name}.${instance}`),
      log: () => {},
      ended: this.ended.resolve,
    })
  }

  crash(name: string, code = 1): void {
    this.#say(`crash ${name}`)
    this.#workers.get(name)?.end(code)
  }

  async until(event: string, count = 1): Promise<void> {
    const happened = (): boolean => this.events.filter((past) => past === event).length >= count
    if (!happened()) await new Promise<void>((resolve) => this.#waiting.push({ event, count, resolve }))
  }

  #start(name: string): WorkerProcess {
    const exit = Promise.withResolvers<ExitRecord>()
    const failing = this.#failing.includes(name)
    const worker = {
      name,
      pid: 1,
      startedAt: 0,
      stopping: false,
      ready: failing ? Promise.reject(new Error(`${name} is broken`)) : Promise.resolve(),
      exited: exit.promise,
      overMemory: new Promise(() => {}),
      healthy: async () => {},
      kill: () => {},
      drain: async () => {
        worker.stopping = true
        this.#say(`stop ${name}`)
        exit.resolve({ code: 0, signal: null, lastLines: [] })
      },
    }
    this.#workers.set(name, { name, end: (code) => exit.resolve({ code, signal: null, lastLines: [] }) })
    this.#say(`start ${name}`)
    return worker as never
  }

  #say(event: string): void {
    this.events.push(event)
    for (const { event: wanted, count, resolve } of this.#waiting) {
      if (this.events.filter((past) => past === wanted).length >= count) resolve()
    }
  }
}

function child(name: string, changes: Partial<ChildDocument> = {}): ChildDocument {
  return {
    name,
    folder: '.',
    entry: 'main.js',
    instances: 1,
    restart: 'permanent',
    ready: 'listening',
    readyMs: 1000,
    shutdownMs: 1000,
    watchdogMs: 0,
    memoryMaxMb: 0,
    health: undefined,
    env: {},
    ...changes,
  }
}

const CHILDREN = [child('a'), child('b'), child('c')]

test.each([
  ['one_for_one', ['crash b.0', 'start b.0']],
  ['one_for_all', ['crash b.0', 'stop c.0', 'stop a.0', 'start a.0', 'start b.0', 'start c.0']],
  ['rest_for_one', ['crash b.0', 'stop c.0', 'start b.0', 'start c.0']],
] as const)('%s', async (strategy, expected) => {
  const world = new World({ strategy, children: CHILDREN })
  await world.tree.start()
  expect(world.events).toEqual(['start a.0', 'start b.0', 'start c.0'])
  world.crash('b.0')
  await world.until(expected.at(-1) ?? '', 2)
  expect(world.events.slice(3)).toEqual(expected)
  await world.tree.stop('stop')
  expect(world.events.slice(3 + expected.length)).toEqual(['stop c.0', 'stop b.0', 'stop a.0'])
})

test('a first start that fails stops what was started before it', async () => {
  const world = new World({ children: CHILDREN }, ['b.0'])
  await expect(world.tree.start()).rejects.toThrow('b.0 is broken')
  expect(world.events).toEqual(['start a.0', 'start b.0', 'stop b.0', 'stop a.0'])
})

test('permanent, transient and temporary', async () => {
  const children = [child('p'), child('r', { restart: 'transient' }), child('t', { restart: 'temporary' })]
  const world = new World({ children })
  await world.tree.start()
  world.crash('t.0', 1)
  world.crash('r.0', 0)
  world.crash('p.0', 0)
  await world.until('start p.0', 2)
  expect(world.tree.status().map(({ name, state, restarts }) => [name, state, restarts])).toMatchObject([
    ['p.0', expect.anything(), 1],
    ['r.0', 'ended', 0],
    ['t.0', 'ended', 0],
  ])
  await world.tree.stop('stop')
})

test('too many restarts, exit code 78, and nothing left to do end the tree', async () => {
  const often = new World({ children: [child('a')], maxRestarts: 1 })
  await often.tree.start()
  often.crash('a.0', 3)
  await often.until('start a.0', 2)
  often.crash('a.0', 3)
  expect((await often.ended.promise)?.message).toBe(
    'gave up: more than 1 restarts in 3600 seconds, last a: exit code 3',
  )

  const wrong = new World({ children: [child('a')] })
  await wrong.tree.start()
  wrong.crash('a.0', 78)
  expect(await wrong.ended.promise).toMatchObject({
    message: 'a.0 ended with code 78: its configuration is wrong',
    exitCode: 78,
  })

  const done = new World({ children: [child('a', { restart: 'transient' })] })
  await done.tree.start()
  done.crash('a.0', 0)
  expect(await done.ended.promise).toBeUndefined()
})

test('restart replaces the workers one by one, each old one drained when its successor is healthy', async () => {
  const world = new World({ children: [child('a', { instances: 2 })] })
  await world.tree.start()
  await world.tree.restart()
  expect(world.events.slice(2)).toEqual(['start a.0', 'stop a.0', 'start a.1', 'stop a.1'])
  await world.tree.stop('stop')
})
