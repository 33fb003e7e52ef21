/** Results of builds grow old, and go with all that belongs to them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { collectBuilds, runDependencyBuilds } from '../src/index.ts'

const DAY_MS = 24 * 60 * 60 * 1000

function emptyFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'alkahest-builds-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('what was not used for a month goes with its output, and what a killed install left goes at once', () => {
  const cacheDirectory = emptyFolder()
  const now = Date.now()
  const result = (name: string, days: number): void => {
    const folder = path.join(cacheDirectory, name)
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'made'), 'made')
    writeFileSync(`${folder}.log`, 'said it')
    const then = new Date(now - days * DAY_MS)
    utimesSync(folder, then, then)
  }
  result('old', 31)
  result('young', 29)
  const aged = new Date(now - 31 * DAY_MS)
  for (const name of ['failed.log', 'failed-today.log']) writeFileSync(path.join(cacheDirectory, name), 'no compiler')
  utimesSync(path.join(cacheDirectory, 'failed.log'), aged, aged)
  mkdirSync(path.join(cacheDirectory, 'old.0c1f4b52-4f5c-4a7e-9d2b-6f7a1c2d3e4f'))
  expect(collectBuilds({ cacheDirectory, now })).toEqual({ removed: 1, bytes: 'made'.length + 'said it'.length + 11 })
  expect(readdirSync(cacheDirectory).toSorted()).toEqual(['failed-today.log', 'young', 'young.log'])
  expect(collectBuilds({ cacheDirectory, now })).toEqual({ removed: 0, bytes: 0 })
  expect(collectBuilds({ cacheDirectory: path.join(cacheDirectory, 'nowhere'), now })).toEqual({ removed: 0, bytes: 0 })
})

test('a result that is used again is young again', async () => {
  const root = emptyFolder()
  const cacheDirectory = path.join(root, 'cache')
  const directory = path.join(root, 'native')
  const install = async (): Promise<string | undefined> => {
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory)
    const manifest = { name: 'native', version: '1.0.0', scripts: { install: 'touch made' } }
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest))
    const build = { name: 'native', version: '1.0.0', optional: false, hash: 'x', directory }
    const options = { root, environment: { PATH: process.env.PATH }, userAgent: 'alk-test', cacheDirectory }
    return (await runDependencyBuilds([build], options))[0]?.outcome
  }
  expect(await install()).toBe('built')
  const kept = readdirSync(cacheDirectory).find((name) => !name.endsWith('.log')) ?? ''
  const aged = new Date(Date.now() - 31 * DAY_MS)
  utimesSync(path.join(cacheDirectory, kept), aged, aged)
  expect(await install()).toBe('kept')
  expect(statSync(path.join(cacheDirectory, kept)).mtimeMs).toBeGreaterThan(aged.getTime())
  expect(collectBuilds({ cacheDirectory, now: Date.now() })).toEqual({ removed: 0, bytes: 0 })
  expect(existsSync(path.join(directory, 'made'))).toBe(true)
})
