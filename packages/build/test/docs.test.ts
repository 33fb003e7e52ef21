import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { docs, planDocs } from '../src/index.ts'
import { failureOf, world } from './world.ts'

const files = {
  'tools/node_modules/typedoc/bin/typedoc': '',
  'tsconfig.json': '{}',
  'README.md': '# Sums\n',
  'docs/guide.md': '# A guide\n',
  'src/index.ts': '/** Adds `a < b`. */\nexport const add = 1\n',
  'src/sub.ts': '',
}
const manifest = {
  name: 'sums',
  version: '1.0.0',
  description: 'It adds.',
  exports: { '.': './dist/index.js', './sub': './dist/sub.js' },
}

test('typedoc documents the sources behind exports, the README and the guides', async () => {
  const there = await world(manifest, { files })
  const plan = planDocs(there.build, { toolDirectory: join(there.directory, 'tools'), warningsAsErrors: true })
  const args = plan.args.join(' ').replaceAll(there.directory, '.')
  expect(args).toContain(
    './tools/node_modules/typedoc/bin/typedoc --entryPoints src/index.ts --entryPoints src/sub.ts --out ./build/docs',
  )
  expect(args).toContain('--readme README.md --projectDocuments docs/**/*.md --tsconfig tsconfig.json')
  expect(args).toContain('--treatWarningsAsErrors')
})

test('the sources and the Markdown stand beside the site', async () => {
  const there = await world(manifest, { files })
  const report = await docs(there.build, { toolDirectory: join(there.directory, 'tools') })
  expect(report).toEqual({ exitCode: 0, directory: join(there.directory, 'build/docs') })
  const read = (path: string): string => readFileSync(join(report.directory, path), 'utf8')
  expect(read('source/src/index.ts.html')).toContain('<li id="L1"><code>/** Adds `a &lt; b`. */</code></li>')
  expect(read('llms.txt')).toBe(
    '# sums 1.0.0\n\n> It adds.\n\n## Docs\n\n- [Reference](reference.md): everything that is exported\n- [Sums](README.md)\n- [A guide](docs/guide.md)\n',
  )
  expect(read('reference.md')).toBe('# Reference of sums\n\n## add\n\nAdds `a < b`.\n\nDefined in src/index.ts:1\n')
  expect(read('docs/guide.md')).toBe('# A guide\n')
})

test('nothing is written when typedoc fails', async () => {
  const there = await world(manifest, { files, exitCodes: [3] })
  expect(await docs(there.build, { toolDirectory: join(there.directory, 'tools') })).toMatchObject({ exitCode: 3 })
  expect(existsSync(join(there.directory, 'build/docs'))).toBe(false)
})

test('without a source, and without typedoc', async () => {
  const there = await world({ name: 'x' }, { files: { 'tools/node_modules/typedoc/bin/typedoc': '' } })
  expect(failureOf(() => planDocs(there.build, { toolDirectory: join(there.directory, 'tools') }))).toBe(
    'DOCS_NOTHING_TO_DOCUMENT: x has no source to document (name the compiled entry under "exports" in package.json, with its source of the same name in src)',
  )
  expect(failureOf(() => planDocs(there.build, { toolDirectory: '/nowhere' }))).toContain(
    'TOOL_MISSING: typedoc is not installed in /nowhere',
  )
})
