/**
 * Every scaffold with every client, as those who have never heard of alk use it: installed, type-checked, linted, formatted, tested, built and
 * packed by npm, pnpm and bun, with real packages. Nothing may lie about afterwards that git would see, or travel that nobody asked for.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadNpmConfig } from '../../packages/npm-config/src/index.ts'
import { renderTemplate, templateNames } from '../../packages/templates/src/index.ts'
import type { TemplateName } from '../../packages/templates/src/index.ts'

type Client = {
  readonly name: string
  readonly install: readonly string[]
  /** Writes one tarball into the folder that follows. */
  readonly pack: readonly string[]
  readonly lockfile: string
}

const clients: readonly Client[] = [
  {
    name: 'npm',
    install: ['install', '--no-audit', '--no-fund'],
    pack: ['pack', '--pack-destination'],
    lockfile: 'package-lock.json',
  },
  { name: 'pnpm', install: ['install'], pack: ['pack', '--pack-destination'], lockfile: 'pnpm-lock.yaml' },
  { name: 'bun', install: ['install'], pack: ['pm', 'pack', '--destination'], lockfile: 'bun.lock' },
]

/** What may travel: what was compiled, its sources, and what a registry shows. */
const EXPECTED = /^package\/(?:package\.json|README\.md|(?:dist|src|client)\/.+)$/
const STRAY = /\.tsbuildinfo$|(?:^|\/)\.env|\.test\.|node_modules/

const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'alkahest-templates-')))
const tools = path.join(home, 'tools')

beforeAll(async () => {
  mkdirSync(tools)
  // All of them read it; their homes are empty otherwise.
  const { registry } = await loadNpmConfig({ cwd: home, env: process.env })
  writeFileSync(path.join(home, '.npmrc'), `registry=${registry}\n`)
  writeFileSync(path.join(tools, 'package.json'), '{"private": true}')
  const installed = await run(['npm', 'install', '--no-audit', '--no-fund', 'npm@11', 'pnpm@12', 'bun@1.4.5'], tools)
  if (installed.code !== 0) throw new Error(installed.output)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe.each(clients)('with $name', (client) => {
  test.each(templateNames)('%s installs, checks, tests, builds and packs', async (template) => {
    const project = await written(client, template)
    const script = (name: string) => run([client.name, 'run', name], project)
    expect(await run([client.name, ...client.install], project)).toMatchObject({ code: 0 })
    for (const name of ['build', 'format:check', 'lint', 'test']) {
      expect({ name, ...(await script(name)) }).toMatchObject({ name, code: 0 })
    }
    if (template === 'workspace') expect((await script('build')).output).toMatch(/2 cached, 2 total[^]*FULL TURBO/)
    const member = template === 'workspace' ? path.join(project, 'packages/greeting') : project
    const files = await packed(client, member)
    expect(files.filter((file) => !EXPECTED.test(file) || STRAY.test(file))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(['package/package.json', 'package/README.md']))
    expect(files.some((file) => /^package\/dist\/.+\.js$/.test(file))).toBe(true)
    const { output } = await run(['git', 'status', '--porcelain', '--untracked-files=all'], project)
    expect(output.trim()).toBe(`?? ${client.lockfile}`)
  })
})

async function written(client: Client, template: TemplateName): Promise<string> {
  const project = path.join(home, client.name, template)
  for (const [file, text] of Object.entries(renderTemplate(template, { name: `@acme/the-${template}` }))) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
    writeFileSync(path.join(project, file), text)
  }
  const commit = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qm', 'scaffold']
  for (const args of [['init', '-q'], ['add', '-A'], commit]) {
    expect(await run(['git', ...args], project)).toMatchObject({ code: 0 })
  }
  return project
}

/** Paths as they stand in the tarball. */
async function packed(client: Client, directory: string): Promise<readonly string[]> {
  const destination = mkdtempSync(path.join(home, 'packed-'))
  expect(await run([client.name, ...client.pack, destination], directory)).toMatchObject({ code: 0 })
  const { output } = await run(['sh', '-c', 'tar -tzf *.tgz'], destination)
  return output.trim().split('\n').toSorted()
}

type Ran = { readonly code: number; readonly output: string }

/** The environment may say how the network is reached; nothing else of the person who runs this is seen. */
function run([program = '', ...args]: readonly string[], cwd: string): Promise<Ran> {
  const env = {
    ...process.env,
    PATH: [path.join(tools, 'node_modules/.bin'), path.dirname(process.execPath), process.env.PATH].join(
      path.delimiter,
    ),
    HOME: home,
    TURBO_TELEMETRY_DISABLED: '1',
  }
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` })
    })
  })
}
