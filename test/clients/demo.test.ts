/**
 * The demo is what it says: any real package goes into the app through the demo's own registry, any text comes out of the
 * booted release, and a registry that goes away midway is a failure that everybody sees. Nothing is left running.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..', '..')

/** Named nowhere else in the repository, which the test checks. */
const STRANGERS = { slugify: '^1.6.0', luxon: '~3.5.0' }

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'alk-demo-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Demo = { readonly exitCode: number | null; readonly output: string }

async function runDemo(args: readonly string[], onOutput: (output: string) => void = () => undefined): Promise<Demo> {
  const child = spawn(process.execPath, [path.join(root, 'test/demo/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      onOutput(output)
    })
  }
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  return { exitCode: await promise, output }
}

it('takes in packages that nothing else names, and answers the text it was given', async () => {
  for (const name of Object.keys(STRANGERS)) expect(filesThatName(name)).toEqual(['test/clients/demo.test.ts'])
  const text = `Ünïcode & "quotes" ${process.pid}`
  const wanted = Object.entries(STRANGERS).flatMap(([name, range]) => ['--with', `${name}@${range}`])

  const { exitCode, output } = await runDemo([...wanted, '--message', text, '--keep'])

  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(/^Everything +\d/m) })
  const seconds = String.raw` +\d+\.\d\d s +\d+\.\d\d s\n +`
  expect(output).toMatch(
    new RegExp(`alk +pnpm\\n +cold${seconds}lockfile only${seconds}warm${seconds}nothing to do${seconds}`.trimEnd()),
  )
  expect(answers(output)).toContainEqual({ name: 'hello', version: '0.1.0', message: text })
  const fetched = accessLog().filter(({ kind, status }) => kind === 'tarball' && status === 200)
  expect(fetched.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...Object.keys(STRANGERS), '@alkahest-demo/greeting']),
  )
  expect(releasedPackages()).toEqual(expect.arrayContaining(Object.keys(STRANGERS)))
  expect(processesIn(folder)).toEqual([])
})

it('fails, says at which step, and leaves nothing when the registry goes away midway', async () => {
  let isKilled = false
  const { exitCode, output } = await runDemo([], (text) => {
    const registry = /\(process (\d+), access log/.exec(text)?.[1]
    if (isKilled || registry === undefined || !text.includes('. Install what the library needs')) return
    isKilled = true
    process.kill(Number(registry), 'SIGKILL')
  })

  expect({ isKilled, exitCode, output }).toMatchObject({ isKilled: true, exitCode: 1 })
  expect(output).toMatch(
    /error REGISTRY_UNREACHABLE .*\n(?:.*\n)+This step failed: alk install ended with exit code 1\n\nRemoving the folder\n$/,
  )
  expect(output).not.toMatch(/^Everything +\d/m)
  expect(readdirSync(folder)).toEqual([])
  expect(processesIn(folder)).toEqual([])
})

function filesThatName(word: string): readonly string[] {
  const found = execFileSync('git', ['grep', '--fixed-strings', '--files-with-matches', '--word-regexp', word], {
    cwd: root,
    encoding: 'utf8',
  })
  return found.trim().split('\n')
}

function demoFolder(): string {
  return path.join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('alkahest-demo-'))!,
  )
}

type AccessEntry = { readonly kind?: string; readonly name?: string; readonly status: number }

function accessLog(): readonly AccessEntry[] {
  const text = readFileSync(path.join(demoFolder(), 'registry', 'access.log'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AccessEntry)
}

function answers(output: string): readonly unknown[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as unknown)
}

function releasedPackages(): readonly string[] {
  return readdirSync(path.join(demoFolder(), 'empty', 'releases', '0.1.0', 'app', 'node_modules'))
}

/** Of this user, with a folder inside as their working folder or in their arguments. */
function processesIn(place: string): readonly string[] {
  if (!existsSync('/proc/self/cwd')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((id) => `${id} ${facts(id)}`)
    .filter((text) => text.includes(place))
}

function facts(id: string): string {
  try {
    return `${readlinkSync(`/proc/${id}/cwd`)} ${readFileSync(`/proc/${id}/cmdline`, 'utf8')}`
  } catch {
    return '' // it ended while we looked, or is somebody else's
  }
}
