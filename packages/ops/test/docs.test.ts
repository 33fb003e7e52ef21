/** `alk docs` installs its tools once. typedoc itself is not here: a program that tells how it was called takes its place. */
import { docsTools } from '@alkahest/build'
import { expect, test } from 'vitest'
import { docs } from '../src/index.ts'
import { openWorld } from './world.ts'

test('the tools are installed when they are first needed, and the pages stand beside what they make', async () => {
  await using world = await openWorld({
    files: { 'src/index.ts': '/** Says hello. */\nexport function hello(): void {}\n', 'README.md': '# App\n' },
  })
  for (const [name, version] of Object.entries(docsTools)) {
    await world.registry.publishFiles({
      'package.json': JSON.stringify({ name, version }),
      'bin/typedoc': 'require("fs").mkdirSync(process.argv[process.argv.indexOf("--out") + 1], { recursive: true })\n',
    })
  }
  const report = await docs(world.at(), { output: 'site' })
  expect(report).toEqual({ exitCode: 0, directory: `${world.project}/site` })
  expect(await world.read('site/llms.txt')).toContain('# app 1.0.0\n')
  expect(await world.read('site/reference.md')).toContain('## hello\n\nSays hello.\n')
  expect(await world.read('site/source/src/index.ts.html')).toContain('Says hello.')
  await world.asked()
  await docs(world.at(), {})
  expect(await world.asked()).toEqual([])
})
