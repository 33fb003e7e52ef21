/** What `npm run TASK` says before anything is installed: to an old Node, and to a task that does not exist. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const program = path.join(import.meta.dirname, 'run.mjs')

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

test('a Node that is too old gets a sentence', async () => {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })`
  expect(await run(['--import', `data:text/javascript,${encodeURIComponent(disguise)}`, program, 'test'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'Alkahest sets itself up with Node 20 or newer, and this is Node 18.20.4: install a current Node from your package manager or nodejs.org, then run the command again.\n',
  })
})

test('a task that does not exist is wrong usage', async () => {
  expect(await run([program, 'tests'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'usage: node test/toolchain/run.mjs demo|bench|bench:registry|bench:build|bench:release|generate|pack|test|test:clients|test:soak [arguments]\n',
  })
})

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
