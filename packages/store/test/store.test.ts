import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Integrity } from '@alkahest/core'
import { computeIntegrity } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { lockFile, openStore } from '@alkahest/store'
import { expectErrorGolden } from '@alkahest/test-support'
import { packageOf, temporaryFolder, treeOf } from './support.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size)
}

describe('put', () => {
  test('extracts the files and says what they are', async () => {
    const directory = temporaryFolder()
    await using store = openStore({ directory })
    const { bytes, integrity } = packageOf({ 'lib/x.js': 'x', 'run.sh': '#!/bin/sh\n' }, { bin: { go: 'lib/x.js' } })
    const stored = await store.put({ integrity, what: 'a@1.0.0', tarball: bytes })
    expect(stored).toStrictEqual({
      integrity,
      directory: stored.directory,
      name: 'a',
      version: '1.0.0',
      files: [
        { path: 'lib/x.js', size: 1, executable: true },
        { path: 'package.json', size: 54, executable: false },
        { path: 'run.sh', size: 10, executable: true },
      ],
      bin: { go: 'lib/x.js' },
      crlfBins: [],
      omitted: [],
      hasInstallScript: false,
    })
    const { ';index': index, ...files } = treeOf(stored.directory)
    expect(index).toMatch(/^644 \{"format":2,/)
    expect(files).toStrictEqual({
      'lib;x.js': '755 x',
      'package.json': '644 {"name":"a","version":"1.0.0","bin":{"go":"lib/x.js"}}',
      'run.sh': '755 #!/bin/sh\n',
    })
    expect(store.get(integrity)).toStrictEqual(stored)
  })

  test('takes a stream in any pieces', async () => {
    await using store = openStore({ directory: temporaryFolder() })
    const { bytes, integrity } = packageOf({ 'x.js': 'x'.repeat(1000) })
    const stored = await store.put({ integrity, what: 'a@1.0.0', tarball: inPieces(bytes, 7) })
    expect(readFileSync(join(stored.directory, 'x.js'), 'utf8')).toBe('x'.repeat(1000))
  })

  test('refuses other bytes than were promised and keeps nothing', async () => {
    const directory = temporaryFolder()
    await using store = openStore({ directory })
    const wanted = packageOf({ 'x.js': 'good' })
    const found = packageOf({ 'x.js': 'evil' })
    await expect(
      store.put({ integrity: wanted.integrity, what: 'a@1.0.0', tarball: found.bytes }),
    ).rejects.toMatchObject({
      code: 'INTEGRITY_MISMATCH',
      message: `a@1.0.0 is not what was promised: wanted ${wanted.integrity}, found ${found.integrity}`,
    })
    expect(store.has(wanted.integrity)).toBe(false)
    expect(store.has(found.integrity)).toBe(false)
    expect(readdirSync(join(directory, 'packages'))).toStrictEqual([])
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
  })

  test('finds a package under the weak hash it was promised with, and tells the strong one', async () => {
    const directory = temporaryFolder()
    const { bytes, integrity } = packageOf({})
    const weak = `sha1-${createHash('sha1').update(bytes).digest('base64')}` as Integrity
    {
      await using store = openStore({ directory })
      expect(store.get(weak)).toBeUndefined()
      const stored = await store.put({ integrity: weak, what: 'a@1.0.0', tarball: bytes })
      expect(stored.integrity).toBe(integrity)
    }
    await using store = openStore({ directory })
    expect(store.has(weak)).toBe(true)
    expect(store.get(weak)?.integrity).toBe(integrity)
    expect(store.get(integrity)?.integrity).toBe(integrity)
  })

  test('computes the hash when nothing was promised', async () => {
    await using store = openStore({ directory: temporaryFolder() })
    const { bytes } = packageOf({})
    const stored = await store.put({ integrity: undefined, what: 'a@1.0.0', tarball: bytes })
    expect(stored.integrity).toBe(computeIntegrity(bytes))
  })

  test('extracts once what is asked for twice, and takes it as it is when it is there', async () => {
    const directory = temporaryFolder()
    await using store = openStore({ directory })
    const { bytes, integrity } = packageOf({ 'x.js': 'x' })
    const request = { integrity, what: 'a@1.0.0', tarball: bytes }
    const [first, second] = await Promise.all([store.put(request), store.put(request)])
    expect(second).toBe(first)
    const { ino } = statSync(join(first.directory, 'x.js'))
    const third = await store.put(request)
    expect(third).toStrictEqual(first)
    expect(statSync(join(first.directory, 'x.js')).ino).toBe(ino)
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
  })

  test('extracts in workers when many are on their way, and says the same of them', async () => {
    await using store = openStore({ directory: temporaryFolder(), concurrency: 2 })
    const packed = Array.from({ length: 30 }, (_, index) =>
      packageOf({ 'x.js': `x${index}` }, { version: `1.0.${index}` }),
    )
    const bad = packageOf({ 'x.js': 'bad' })
    const wrong = store.put({ integrity: packed[0]!.integrity, what: 'bad@1.0.0', tarball: bad.bytes })
    const [[refusal], stored] = await Promise.all([
      Promise.allSettled([wrong]),
      Promise.all(
        packed.slice(1).map(({ integrity, bytes }) => store.put({ integrity, what: 'a@1.0.0', tarball: bytes })),
      ),
    ])
    expect(refusal).toMatchObject({ reason: { name: 'UserError', code: 'INTEGRITY_MISMATCH' } })
    expect(stored.map(({ version }) => version)).toStrictEqual(packed.slice(1).map((_, index) => `1.0.${index + 1}`))
    expect(packed.slice(1).map(({ integrity }) => store.get(integrity))).toStrictEqual(stored)
    expect(packed[1]!.bytes.length).toBeGreaterThan(0)
  })

  test('closing the store fails what is under way instead of leaving it', async () => {
    const store = openStore({ directory: temporaryFolder(), concurrency: 1 })
    const puts = Array.from({ length: 20 }, (_, index) => {
      const { integrity, bytes } = packageOf({ 'x.js': `${index}` })
      return store.put({ integrity, what: 'a@1.0.0', tarball: bytes })
    })
    const settled = Promise.allSettled(puts)
    await store.close()
    const reasons = (await settled).map((result) => (result.status === 'rejected' ? String(result.reason) : 'put'))
    expect(new Set(reasons)).toStrictEqual(new Set(['Error: the store was closed']))
  })
})

describe('get', () => {
  test('answers for a store that does not exist, and makes none', async () => {
    const directory = join(temporaryFolder(), 'store')
    await using store = openStore({ directory })
    const { integrity } = packageOf({})
    expect(store.has(integrity)).toBe(false)
    expect(store.get(integrity)).toBeUndefined()
    expect(existsSync(directory)).toBe(false)
  })

  test.each([
    ['empty', ''],
    ['cut off', '{"format":1,"integrity":"sha512-'],
    ['of another format', '{"format":2,"files":[]}\n[]\n'],
    ['not an object', 'null\nnull\n'],
  ])('does not see an entry whose index is %s', async (_, text) => {
    await using store = openStore({ directory: temporaryFolder() })
    const { bytes, integrity } = packageOf({})
    const { directory } = await store.put({ integrity, what: 'a@1.0.0', tarball: bytes })
    writeFileSync(join(directory, ';index'), text)
    expect(store.get(integrity)).toBeUndefined()
  })
})

describe('leftovers', () => {
  test('of a killed process are removed when nobody is at work, and left alone otherwise', async () => {
    const directory = temporaryFolder()
    const { bytes, integrity } = packageOf({})
    await using first = openStore({ directory })
    await first.put({ integrity, what: 'a@1.0.0', tarball: bytes })
    mkdirSync(join(directory, 'temporary', 'of-somebody'), { recursive: true })
    {
      await using second = openStore({ directory })
      expect(second.has(integrity)).toBe(true)
    }
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual(['of-somebody'])
    await first.close()
    await using third = openStore({ directory })
    expect(third.has(integrity)).toBe(true)
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
  })

  test('a kill while extracting leaves entries that are whole', async () => {
    const directory = temporaryFolder()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'endless-put.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(readdirSync(join(directory, 'packages')).length).toBeGreaterThan(0)
    await using store = openStore({ directory })
    const report = await store.verify()
    expect(report.damaged).toStrictEqual([])
    expect(report.checked).toBe(readdirSync(join(directory, 'packages')).length)
    expect(readdirSync(join(directory, 'temporary'))).toStrictEqual([])
  })
})

test('a store whose upkeep does not end is busy', async () => {
  const directory = temporaryFolder()
  const { bytes, integrity } = packageOf({})
  {
    await using store = openStore({ directory })
    await store.put({ integrity, what: 'a@1.0.0', tarball: bytes })
  }
  using _upkeep = await lockFile(join(directory, 'lock'), { mode: 'exclusive' })
  await using store = openStore({ directory, lockWaitMs: 0 })
  const busy = (): unknown => store.get(integrity)
  expect(busy).toThrow(expect.objectContaining({ code: 'STORE_BUSY' }))
  const [outcome] = await Promise.allSettled([Promise.resolve().then(busy)])
  const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined
  expectErrorGolden('STORE_BUSY', reason, { replace: { '<store>': directory } })
})

test.runIf(process.platform === 'linux')(
  'a store where no folder can be made is an error, and no endless attempt',
  async () => {
    await using store = openStore({ directory: '/proc/alkahest/store', concurrency: 0 })
    await expect(store.put({ integrity: undefined, what: 'a@1.0.0', tarball: new Uint8Array(3) })).rejects.toThrow(
      /a@1\.0\.0 .*ENOENT/,
    )
  },
)
