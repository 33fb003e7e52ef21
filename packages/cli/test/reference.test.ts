/** The generated pages are fresh. After a change of commands or documents: `vitest run packages/cli/test/reference.test.ts -u`. */
import { expect, it } from 'vitest'
import { commandTable } from '../src/command-table.ts'
import { jsonDocuments } from '../src/json-shapes.ts'
import { commandsPage } from './reference/commands-page.ts'
import { jsonPage } from './reference/json-page.ts'
import { shapeMistakes } from './reference/shape-mistakes.ts'

it('docs/reference/commands.md is what the commands define', async () => {
  await expect(await commandsPage()).toMatchFileSnapshot('../../../docs/reference/commands.md')
})

it('docs/reference/json.md is what the shapes define', async () => {
  await expect(jsonPage()).toMatchFileSnapshot('../../../docs/reference/json.md')
})

it('every command has its document, but registry, which prints its own', () => {
  const documented = new Set(jsonDocuments.flatMap(({ commands }) => commands))
  const missing = commandTable.map(({ name }) => `alk ${name}`).filter((command) => !documented.has(command))
  expect(missing).toEqual(['alk registry'])
})

it('a document that has too much, too little or the wrong type is found out', () => {
  const { shape } = jsonDocuments.find(({ title }) => title === 'Identity')!
  expect(shapeMistakes({ ok: true, registry: 'x', username: 'y' }, shape)).toEqual([])
  expect(shapeMistakes({ ok: false, registry: 1, extra: 2 }, shape)).toEqual([
    'document.extra is not in json-shapes.ts',
    'document.ok is false, not one of true',
    'document.registry is 1, not a string',
    'document.username is missing',
  ])
})
