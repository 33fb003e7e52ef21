import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Which of Node's own modules a process has loaded after this script. */
async function modulesAfter(script: string): Promise<readonly string[]> {
  const program = `${script}; console.log(JSON.stringify(process.moduleLoadList))`
  const options = { cwd: import.meta.dirname }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], options)
  return JSON.parse(stdout) as readonly string[]
}

test('requests are made without undici, whose loading would cost more than all the rest', async () => {
  const undici = expect.stringContaining('undici/undici')
  const request = `await createHttp({ userAgent: 'test/1', retries: 0 }).fetch('http://127.0.0.1:1/', { purpose: 'x' }).catch(() => {})`
  const loaded = await modulesAfter(`import { createHttp } from '../src/index.ts'; ${request}`)
  expect(loaded).toContain('NativeModule http')
  expect(loaded).not.toContainEqual(undici)
  expect(await modulesAfter(`import 'node:http'`), 'should this change one day, node-http.ts can go').toContainEqual(
    undici,
  )
})
