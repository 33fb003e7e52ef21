import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderTemplate, templateNames, templateSummaries } from '../src/index.ts'
import type { TemplateName } from '../src/index.ts'
import { renderedProject } from './project.ts'

test('every template has a summary', () => {
  expect(templateNames).toEqual(['lib', 'app', 'cli', 'web', 'workspace'])
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

test.each<TemplateName>(['lib', 'app', 'cli', 'web'])(
  '%s: formats, lints, compiles, tests clean at once',
  async (template) => {
    const tree = renderTemplate(template, { name: '@scope/the.thing' })
    const project = await renderedProject(tree)
    expect(await project.script('format:check')).toMatchObject({ code: 0 })
    expect(await project.run('oxlint', '--deny-warnings')).toMatchObject({ code: 0 })
    const built = await project.script('build')
    expect(built.output).not.toContain('error')
    expect(built.code).toBe(0)
    const tests = await project.script('test')
    expect(tests.output).toMatch(/Tests {2}\d+ passed/)
    expect(tests.code).toBe(0)
    // Compiling and testing leave nothing outside of dist for git to see.
    const expected = new Set([...Object.keys(tree).map((path) => path.split('/')[0]!), 'dist', 'node_modules'])
    expect(new Set(await readdir(project.directory))).toEqual(expected)
  },
)

test('workspace: formats, lints, builds and tests clean at once; a second build is all cache', async () => {
  const tree = renderTemplate('workspace', { name: 'umbrella' })
  const project = await renderedProject(tree, { '@umbrella/greeting': 'packages/greeting' })
  expect(await project.script('format:check')).toMatchObject({ code: 0 })
  expect(await project.run('oxlint', '--deny-warnings')).toMatchObject({ code: 0 })
  const tests = await project.script('test')
  expect(tests.output).toMatch(/4 successful, 4 total/)
  expect(tests.code).toBe(0)
  expect((await project.script('build')).output).toContain('2 cached, 2 total')
})

test('a member leaves to its workspace what stands at the root', () => {
  const alone = renderTemplate('lib', { name: 'thing' })
  const member = renderTemplate('lib', { name: 'thing', member: { toRoot: '../..' } })
  expect(Object.keys(alone).filter((path) => !(path in member))).toEqual([
    '.oxfmtrc.json',
    '.oxlintrc.json',
    '.gitignore',
  ])
  expect(JSON.parse(member['tsconfig.json']!)).toMatchObject({ extends: '../../tsconfig.base.json' })
  expect(JSON.parse(member['package.json']!)).not.toHaveProperty('devDependencies')
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
