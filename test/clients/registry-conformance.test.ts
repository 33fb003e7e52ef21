/**
 * Verdaccio's own end-to-end suite for registries, run against ours by every client that can be had, its pending contract included. The suite and the
 * clients come from the configured npm registry into a temporary folder.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { tempTree } from '@alkahest/test-support'
import type { TempTree } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../e2e/registry-process.ts'
import type { ServeProcess } from '../e2e/registry-process.ts'

/** Exact: another version of the suite is another contract. */
const SUITE = '@verdaccio/e2e-cli@4.0.1'

/** yarn's login and ping need plugins of Verdaccio's that the npm registry at hand may not have. */
const clients: readonly (readonly [client: string, skipped: readonly string[]])[] = [
  ['npm@11', []],
  ['npm@12', []],
  ['pnpm@12', []],
  ['bun', []],
  ['yarn-modern@4', ['login', 'ping', 'deprecate']],
]

let tools: TempTree
let registry: ServeProcess

beforeAll(async () => {
  tools = await tempTree({ 'package.json': { json: { name: 'tools', private: true } } })
  const installed = await run(['npm', 'install', '--no-audit', '--no-fund', SUITE, 'bun@1.4.5'], tools.path)
  if (installed.code !== 0) throw new Error(installed.output)
  // The suite writes tokens for localhost, so that is where the registry must be.
  const npm = await run(['npm', 'config', 'get', 'registry'], tools.path)
  registry = await serve(
    ['--data', 'data', '--host', 'localhost', '--upstream', npm.output.trim().split('\n').at(-1)!],
    { cwd: tools.path },
  )
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await tools[Symbol.asyncDispose]()
})

describe('the conformance suite', () => {
  test.each(clients)('%s', async (client, skipped) => {
    const skip = skipped.flatMap((name) => ['--skip-test', name])
    const suite = path.join('node_modules', '.bin', 'verdaccio-e2e')
    const args = [
      process.execPath,
      suite,
      '--registry',
      registry.ready.url.replace(/\/$/, ''),
      '--pm',
      client,
      '--timeout',
      '120000',
      ...skip,
    ]
    const { code, output } = await run(args, tools.path, { E2E_PENDING_CONTRACT_CHECKS: 'true' })
    expect(output).toMatch(/Total: \d+ passed, 0 failed/)
    expect(code).toBe(0)
  })
})

type Output = { readonly code: number | null; readonly output: string }

function run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Output> {
  const [program = '', ...args] = command
  const bin = path.join(cwd, 'node_modules', '.bin')
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, HOME: cwd, PATH: `${bin}:${process.env.PATH ?? ''}` },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => {
    child.once('close', (code) => {
      // Colours split the words that are looked for.
      // oxlint-disable-next-line no-control-regex -- escape sequences are what is removed
      resolve({ code, output: output.replaceAll(/\u001B\[[0-9;]*m/g, '') })
    })
  })
}
