import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exec, runProgram, runTarget } from '../src/index.ts'
import type { ProgramPlan } from '../src/index.ts'
import { world } from './world.ts'

const plan = (script: string): ProgramPlan => ({ program: process.execPath, args: ['-e', script], cwd: '/', env: {} })

test('the exit code is the program’s; a signal counts 128 more', async () => {
  expect(await runProgram(plan('process.exit(3)'), { output: 'inherit' })).toBe(3)
  expect(await runProgram(plan('process.kill(process.pid, "SIGTERM")'), { output: 'inherit' })).toBe(143)
})

test('what it prints on stdout can be looked at', async () => {
  const chunks: Uint8Array[] = []
  expect(
    await runProgram(plan('console.log("seen")'), { output: 'stderr', onStdout: (chunk) => chunks.push(chunk) }),
  ).toBe(0)
  expect(Buffer.concat(chunks).toString()).toBe('seen\n')
})

test('a program that is not there', async () => {
  const there = await world({}, { build: { runProgram } })
  await expect(exec(there.build, { command: 'no-such-program', args: [] })).rejects.toMatchObject({
    code: 'PROGRAM_NOT_STARTED',
    message: 'no-such-program could not be started: there is no such program',
  })
})

test('scripts find the commands of dependencies, by a real shell', async () => {
  const there = await world(
    {
      name: 'x',
      scripts: { hello: 'greet "$npm_package_name" > out.txt && test "$(cat out.txt)" = "greet x two words"' },
    },
    { tools: ['greet'], build: { runProgram } },
  )
  expect(await runTarget(there.build, { target: 'hello', args: [] })).toEqual({ exitCode: 1 })
  const script = { ...there.build, manifest: { ...there.build.manifest, scripts: { hello: 'greet' } } }
  expect(await runTarget(script, { target: 'hello', args: ['two words'] })).toEqual({ exitCode: 0 })
})

test('children of a command under --json print on stderr only, and a signal reaches them', async () => {
  const runner = fileURLToPath(new URL('./signal-runner.ts', import.meta.url))
  const child = spawn(process.execPath, [runner], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString()
      if (output.stderr.includes('ready')) resolve()
    })
  })
  child.kill('SIGTERM')
  const [code] = (await once(child, 'close')) as [number | null]
  expect(output).toEqual({ stdout: '{"exitCode":9}\n', stderr: 'ready\nasked to stop\n' })
  expect(code).toBe(0)
})
