import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { renderTemplate, templateNames, templateSummaries } from '../src/index.ts'
import type { FileTree, TemplateName } from '../src/index.ts'
import { renderedProject } from './project.ts'
import type { RenderedProject } from './project.ts'

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

describe('lib, app, cli and web, side by side', () => {
  const templates: readonly TemplateName[] = ['lib', 'app', 'cli', 'web']
  const trees = new Map(
    templates.map((template) => [template, renderTemplate(template, { name: `@scope/the.${template}` })]),
  )
  let projects: RenderedProject

  beforeAll(async () => {
    projects = await renderedProject(
      Object.assign({}, ...[...trees].map(([template, tree]) => under(template, tree))) as FileTree,
    )
    return projects.remove
  })

  test.each(templates)('%s formats, lints and compiles clean at once', async (template) => {
    expect(await projects.script('format:check', template)).toMatchObject({ code: 0 })
    expect(await projects.run('oxlint', '--deny-warnings', template)).toMatchObject({ code: 0 })
    const built = await projects.script('build', template)
    expect(built.output).not.toContain('error')
    expect(built.code).toBe(0)
  })

  // One run for all of them: starting the test runner is most of what it costs.
  test('their tests pass, and nothing lies about afterwards that git would see', async () => {
    const { code, output } = await projects.run('vitest', 'run')
    expect(output).toMatch(/Tests {2}\d+ passed/)
    expect(code).toBe(0)
    for (const [template, tree] of trees) {
      const expected = new Set([...Object.keys(tree).map((path) => path.split('/')[0]!), 'dist'])
      expect(new Set(await readdir(join(projects.directory, template)))).toEqual(expected)
      expect(output).toContain(`${template}/test/`)
    }
  })

  test('the app, compiled, answers with its name, version and message, and ends on SIGTERM', async () => {
    const env = { PATH: process.env.PATH, PORT: '0', MESSAGE: 'Grüß Gott "you"' }
    const child = execFile(process.execPath, [join(projects.directory, 'app/dist/main.js')], { env })
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
    expect(await (await fetch(url)).json()).toEqual({
      name: '@scope/the.app',
      version: '0.1.0',
      message: 'Grüß Gott "you"',
    })
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})

function under(folder: string, tree: FileTree): FileTree {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [`${folder}/${path}`, text]))
}

test('workspace: formats, lints, builds and tests clean at once; a second build is all cache', async () => {
  const tree = renderTemplate('workspace', { name: 'umbrella' })
  const project = await renderedProject(tree, { '@umbrella/greeting': 'packages/greeting' })
  onTestFinished(project.remove)
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
