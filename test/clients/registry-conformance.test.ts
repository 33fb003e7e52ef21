/**
 * Verdaccio's own end-to-end suite for registries, run against ours by every client that can be had, its pending contract included. The suite and the
 * clients come from the configured npm registry into a temporary folder. The clients run beside each other, since most of what one does is waiting for
 * its own programs to start: one after the other they take eight minutes.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { tempTree } from '@alkahest/test-support'
import type { TempTree } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../e2e/registry-process.ts'
import { freePort } from './registry-postgres.ts'

/** Exact: another version of the suite is another contract. */
const SUITE = '@verdaccio/e2e-cli@4.0.1'

/** A client that hangs is a failure, not a wait; the slowest needs a third of it when all of them share two cores. */
const CLIENT_MS_MAX = 9 * 60_000

/** Of one check of the suite: several publish 30 MB, beside four other clients. */
const CHECK_MS_MAX = 240_000

/** Clients and how many checks each has to pass: fewer would mean that the suite left some out. */
const clients: readonly (readonly [client: string, passed: number, unobtainable: readonly string[]])[] = [
  ['npm@11', 15, []],
  ['npm@12', 15, []],
  ['pnpm@12', 10, []],
  ['bun', 7, []],
  // These three load plugins of Verdaccio's into yarn that the npm registry does not have: see docs/internals/registry.md.
  ['yarn-modern@4', 6, ['deprecate', 'login', 'ping']],
]

let tools: TempTree

beforeAll(async () => {
  tools = await tempTree({ 'package.json': { json: { name: 'tools', private: true } } })
  const installed = await run(['npm', 'install', '--no-audit', '--no-fund', SUITE, 'bun@1.4.5'], tools.path)
  if (installed.code !== 0) throw new Error(installed.output)
})
afterAll(() => tools[Symbol.asyncDispose]())

describe('the conformance suite', () => {
  test.concurrent.each(clients)('%s', async (client, passed, unobtainable) => {
    const found = await conformance(client)
    expect(found.failed.map(({ name }) => name).toSorted()).toEqual(unobtainable)
    for (const { reason } of found.failed) expect(reason).toMatch(/404 Not Found .*@verdaccio%2fyarn-plugin-npm-/)
    expect(found.passed).toBe(passed)
  })

  test.concurrent('npm@12 through an upstream that fails in every way', async () => {
    const port = await freePort()
    const rule = { url: `http://localhost:${port}/`, names: ['e2e-uplink-*', 'nul.*', '@e2e-uplink/*'] }
    const env = { ALKAHEST_REGISTRY_UPSTREAMS: JSON.stringify([rule]), ALKAHEST_REGISTRY_UPSTREAM_TIMEOUT: '2' }
    const scenarios = ['scenario:uplink-failure', 'scenario:reserved-names']
    const args = ['--uplink-port', String(port), ...scenarios.flatMap((name) => ['--test', name])]
    expect(await conformance('npm@12', { env, args })).toEqual({ passed: scenarios.length, failed: [] })
  })
})

type Conformance = {
  readonly passed: number
  readonly failed: readonly { readonly name: string; readonly reason: string }[]
}

type Options = {
  /** Of the registry. */
  readonly env?: Readonly<Record<string, string>>
  /** Of the suite. */
  readonly args?: readonly string[]
}

/** Each client has a registry and a home of its own: nothing that one does can be what another one saw. */
async function conformance(client: string, { args = [], env = {} }: Options = {}): Promise<Conformance> {
  await using home = await tempTree()
  // The suite writes tokens for localhost, so that is where the registry must be. It publishes all that it installs, so nothing is upstream.
  const flags = ['--data', 'data', '--host', 'localhost', '--upstream', 'none']
  await using registry = await serve(flags, { cwd: home.path, env })
  const suite = path.join(tools.path, 'node_modules', '.bin', 'verdaccio-e2e')
  const url = registry.ready.url.replace(/\/$/, '')
  const limits = ['--timeout', String(CHECK_MS_MAX)]
  const { output } = await run(
    [process.execPath, suite, '--registry', url, '--pm', client, ...limits, ...args],
    home.path,
    { E2E_PENDING_CONTRACT_CHECKS: 'true' },
  )
  const total = /Total: (\d+) passed, (\d+) failed/.exec(output)
  if (total === null) throw new Error(`the suite did not come to its end with ${client}:\n${output.slice(-4000)}`)
  const failed = [...output.matchAll(/^ {2}FAIL (\S+) .*\n((?: {4}.*\n)*)/gm)].map(([, name = '', reason = '']) => ({
    name,
    reason,
  }))
  expect(failed).toHaveLength(Number(total[2]))
  return { passed: Number(total[1]), failed }
}

type Output = { readonly code: number | null; readonly output: string }

/** Runs it to its end, or to ours; what it started ends with it. */
function run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Output> {
  const [program = '', ...args] = command
  const bin = path.join(tools.path, 'node_modules', '.bin')
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, HOME: cwd, PATH: `${bin}:${process.env.PATH ?? ''}` },
    // A group of its own, so that the clients it started end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const deadline = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), CLIENT_MS_MAX)
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(deadline)
      // Colours split the words that are looked for.
      // oxlint-disable-next-line no-control-regex -- escape sequences are what is removed
      resolve({ code, output: output.replaceAll(/\u001B\[[0-9;]*m/g, '') })
    })
  })
}
