import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderTemplate, templateNames, templateSummaries } from '../src/index.ts'
import { renderedProject } from './project.ts'

test('every template has a summary', () => {
  expect(templateNames).toEqual(['lib', 'app'])
  expect(Object.keys(templateSummaries)).toEqual(templateNames)
})

test.each(templateNames)('%s: the same answers give the same files, each ending in one newline', (template) => {
  const tree = renderTemplate(template, { name: '@scope/thing' })
  expect(renderTemplate(template, { name: '@scope/thing' })).toEqual(tree)
  expect(Object.keys(tree).filter((path) => !/[^\n]\n$/.test(tree[path]!))).toEqual([])
  expect(JSON.parse(tree['package.json']!)).toMatchObject({ name: '@scope/thing', version: '0.1.0' })
})

test.each(['Thing', 'a b', '../x', '', 'node_modules', '@scope'])('%j is no name for a package', (name) => {
  expect(() => renderTemplate('lib', { name })).toThrow(`${JSON.stringify(name)} cannot be the name of a package`)
})

test.each(templateNames)('%s: compiles, tests, formats and lints clean at once', async (template) => {
  const project = await renderedProject(renderTemplate(template, { name: '@scope/thing' }))
  expect(await project.run('oxfmt', '--check')).toMatchObject({ code: 0 })
  expect(await project.run('oxlint', '--deny-warnings')).toMatchObject({ code: 0 })
  expect(await project.run('tsc', '-b', '.', 'test')).toEqual({ code: 0, output: '' })
  const tests = await project.run('vitest', 'run')
  expect(tests).toMatchObject({ code: 0 })
  expect(tests.output).toMatch(/Tests {2}\d+ passed/)
  // Compiling and testing leave nothing outside of dist for git to see.
  const expected = new Set([
    ...Object.keys(renderTemplate(template, { name: 'x' })).map((path) => path.split('/')[0]!),
    'dist',
    'node_modules',
  ])
  expect(new Set(await readdir(project.directory))).toEqual(expected)
})

test('the app, compiled, answers with its name, version and message, and ends on SIGTERM', async () => {
  const project = await renderedProject(renderTemplate('app', { name: 'hello' }))
  expect(await project.run('tsc', '-b', '.')).toEqual({ code: 0, output: '' })
  const env = { PATH: process.env.PATH, PORT: '0', MESSAGE: 'Grüß Gott "you"' }
  const child = execFile(process.execPath, [join(project.directory, 'dist/main.js')], { env })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout!.on('data', (chunk: string) => {
      output += chunk
      const found = /listening at (http:[^"]+)/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`ended early: ${output}`)))
  })
  expect(await (await fetch(url)).json()).toEqual({ name: 'hello', version: '0.1.0', message: 'Grüß Gott "you"' })
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})
