/** The installable command: what is in it, that it is reproducible, and that it installs and starts on a bare machine. */
import { execFile, spawn } from 'node:child_process'
import type { ExecFileOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { packTarball } from '@alkahest/protocol'
import type { PackFile } from '@alkahest/protocol'
import { expectErrorGolden } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importsIn } from '../house/imports.ts'
import { root } from '../house/workspace.ts'
import { bundle } from './bundle.ts'
import { packageFiles } from './package-files.ts'

const launcher = path.join(root, 'test', 'pack', 'launcher', 'alk.cjs')
const commandSource = path.join(root, 'packages', 'cli', 'src', 'main.ts')

let files: readonly PackFile[]
/** File name in `lib/` to the source files in it, relative to the root. */
let sources: ReadonlyMap<string, readonly string[]>

beforeAll(async () => {
  files = await packageFiles(root)
  const { modulesByFile } = await bundle(root)
  sources = new Map([...modulesByFile].map(([file, modules]) => [file, modules.map((id) => path.relative(root, id))]))
})

describe('what is in the package', () => {
  test('one command, no dependency, no script', () => {
    expect(JSON.parse(textOf('package.json'))).toEqual({
      name: 'alkahest',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      description: expect.any(String),
      keywords: expect.any(Array),
      license: 'MIT',
      author: 'The Alkahest authors',
      type: 'module',
      bin: { alk: 'bin/alk.cjs' },
      engines: { node: '>=24' },
    })
  })

  test('everything that is imported is Node or in the package', () => {
    const present = new Set(files.map((file) => file.path))
    const lost = modules().flatMap((file) =>
      importsIn(textOf(file), file)
        .filter(({ specifier }) => !specifier.startsWith('node:') && !isBuiltin(specifier))
        .filter(({ specifier }) => !present.has(path.posix.join('lib', specifier)))
        .map(({ line, specifier }) => `${file}:${line} imports ${specifier}`),
    )
    expect(lost).toEqual([])
  })

  test('the version and an install with nothing to do are answered by one file with three modules of Node', () => {
    const code = textOf('lib/quick.cjs')
    const loaded = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, specifier]) => specifier)
    expect(new Set(loaded)).toEqual(new Set(['node:fs', 'node:path', 'node:process']))
    expect(code).not.toContain('import(')
    expect(code.length).toBeLessThan(15_000)
  })

  test('an install with nothing to do loads neither manifests nor solver, store or network', () => {
    const loaded = sourcesLoadedFor('cli/src/process-world.ts', 'cli/src/commands/install.ts', 'ops/src/install.ts')
    expect([...new Set(loaded.map(packageOf))].toSorted()).toEqual([
      'cli',
      'commander',
      'core',
      'linker',
      'ops',
      'project',
    ])
    expect(loaded.filter((source) => packageOf(source) === 'project').toSorted()).toEqual([
      'packages/project/src/ancestors.ts',
      'packages/project/src/lone-project.ts',
    ])
  })

  test('an install of what is locked and stored loads neither solver nor network nor tar', () => {
    const installs = ['ops/src/install-project.ts', 'ops/src/repeat-install.ts', 'ops/src/install-workspace.ts']
    const loaded = sourcesLoadedFor(...installs)
    expect(loaded).toContain('packages/linker/src/apply-link-plan.ts')
    expect(loaded).not.toContain('packages/resolver/src/engine.ts')
    const needless = ['http', 'npm-config', 'registry-client', 'tar']
    expect(loaded.map(packageOf).filter((name) => needless.includes(name))).toEqual([])
  })

  test('compile, test --stale and a task load what they are about: neither solver nor store, network or tar', () => {
    const commands = ['compile', 'test', 'task'].map((name) => `cli/src/commands/${name}.ts`)
    const operations = ['scripts', 'tasks', 'command-line'].map((name) => `ops/src/${name}.ts`)
    const loaded = sourcesLoadedFor('cli/src/process-world.ts', ...commands, ...operations)
    expect([...new Set(loaded.map(packageOf))].toSorted()).toEqual([
      'build',
      'cli',
      'commander',
      'core',
      'ops',
      'project',
      'semver',
      'validate-npm-package-name',
    ])
  })

  test('the programs and the threads that are started from a file have theirs', () => {
    const started = modules().flatMap((file) =>
      [...textOf(file).matchAll(/new URL\(["'`]\.\/([\w-]+\.mjs)["'`], import\.meta\.url\)/g)].map(
        (match) => match[1]!,
      ),
    )
    expect(started).not.toEqual([])
    for (const file of [...started, 'registry.mjs', 'supervisor.mjs']) expect(modules()).toContain(`lib/${file}`)
  })

  test('the supervisor is one file without imports but from Node', () => {
    expect(importsIn(textOf('lib/supervisor.mjs'), 'x').filter(({ specifier }) => !isBuiltin(specifier))).toEqual([])
  })

  test('the licences of what is inside travel along', () => {
    const notices = textOf('THIRD_PARTY_NOTICES')
    for (const name of ['commander', 'fastify', 'semver', 'tar'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })
})

test('the same sources give the same bytes, and no byte names this machine', async () => {
  const [first, second] = [packTarball(files), packTarball(await packageFiles(root))]
  expect(second.integrity).toBe(first.integrity)
  expect(files.filter((file) => Buffer.from(file.content).includes(root)).map((file) => file.path)).toEqual([])
})

describe('a Node that is too old', () => {
  test('gets a sentence from the launcher, which is the sentence of the command in the repository', async () => {
    const [packed, source] = [await runOnOldNode(launcher), await runOnOldNode(commandSource)]
    expect(packed).toEqual(source)
    expect(packed.code).toBe(1)
    expectErrorGolden('NODE_TOO_OLD', packed.stderr)
  })

  test('gets a document under --json', async () => {
    const [packed, source] = [await runOnOldNode(launcher, '--json'), await runOnOldNode(commandSource, '--json')]
    expect(packed).toEqual(source)
    expect(JSON.parse(packed.stdout)).toMatchObject({ ok: false, error: { code: 'NODE_TOO_OLD' } })
  })

  test('can read the launcher: it has no syntax younger than ES5', () => {
    const code = textOf('bin/alk.cjs').replaceAll(/\/\*[\s\S]*?\*\//g, '')
    expect(code.match(/=>|`|\b(?:const|let|class|import|async|await)\b|\.\.\.|\?\?|\?\./g)).toBeNull()
  })
})

describe('installed into an empty prefix, offline and with scripts off', () => {
  let prefix: string
  let alk: string

  beforeAll(async () => {
    prefix = mkdtempSync(path.join(tmpdir(), 'alkahest-prefix-'))
    const tarball = path.join(prefix, 'alkahest.tgz')
    writeFileSync(tarball, packTarball(files).bytes)
    const options = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--cache', path.join(prefix, 'cache')]
    await promisify(execFile)('npm', ['install', '--global', '--prefix', prefix, ...options, tarball], { cwd: prefix })
    alk = path.join(prefix, 'bin', 'alk')
  })

  afterAll(() => {
    rmSync(prefix, { recursive: true, force: true })
  })

  test('alk --version says the version', async () => {
    expect(await run(alk, ['--version'])).toEqual({
      code: 0,
      stdout: `${(JSON.parse(textOf('package.json')) as { version: string }).version}\n`,
      stderr: '',
    })
  })

  test('alk --help lists the commands', async () => {
    const { code, stdout } = await run(alk, ['--help'])
    expect(code).toBe(0)
    for (const command of ['install', 'publish', 'release', 'registry']) expect(stdout).toContain(command)
  })

  test('alk registry serve starts the registry that is in the package, and stops it', async () => {
    const args = [
      'registry',
      'serve',
      '--json',
      '--port',
      '0',
      '--data',
      path.join(prefix, 'data'),
      '--upstream',
      'none',
    ]
    const child = spawn(alk, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const ready = JSON.parse(line) as { readonly ok: boolean; readonly url: string }
    expect(ready.ok).toBe(true)
    expect((await fetch(new URL('/-/ping', ready.url))).status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  test('an install with nothing to do says the same the quick way and the long way', async () => {
    const project = path.join(prefix, 'project')
    mkdirSync(project)
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0' }))
    const env = { ...process.env, ALKAHEST_HOME: path.join(prefix, 'home') }
    const install = (...args: readonly string[]): Promise<Ended> =>
      run(alk, ['install', ...args], { cwd: project, env })
    expect((await install()).stdout).toMatch(/^Installed: /)
    expect([await install(), await install('--prefer-offline')].map(withoutSeconds)).toEqual(
      Array.from({ length: 2 }, () => ({ code: 0, stdout: 'Already up to date\n', stderr: '' })),
    )
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'empty', version: '2.0.0' }))
    expect((await install()).stdout).toMatch(/^Installed: /)
  })

  test('an unknown command is wrong usage', async () => {
    expect(await run(alk, ['instal'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('install'),
    })
  })
})

function textOf(file: string): string {
  const found = files.find((candidate) => candidate.path === file)
  if (found === undefined) throw new Error(`the package has no ${file}`)
  return Buffer.from(found.content).toString('utf8')
}

function modules(): readonly string[] {
  return files.map((file) => file.path).filter((file) => file.endsWith('.mjs'))
}

/** Every source file that is loaded together with these (`ops/src/install.ts`), itself among them; relative to the root. */
function sourcesLoadedFor(...entries: readonly string[]): readonly string[] {
  const files = new Set(entries.flatMap((source) => staticallyLoadedBy(fileWith(`packages/${source}`))))
  return [...files].flatMap((file) => sources.get(path.basename(file)) ?? [])
}

/** The bundled file that a source file went into. */
function fileWith(source: string): string {
  const [file] = [...sources].find(([, modules]) => modules.includes(source)) ?? []
  if (file === undefined) throw new Error(`no file in the package holds ${source}`)
  return `lib/${file}`
}

/** `packages/core/src/x.ts` is of core, `node_modules/.pnpm/tar@7.5.2/node_modules/tar/x.js` of tar. */
function packageOf(source: string): string {
  return source.replace(/^(?:packages|apps)\/([^/]+)\/.*$|^.*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/, '$1$2')
}

function isBuiltin(specifier: string): boolean {
  return process.getBuiltinModule(specifier) !== undefined
}

/** Along `import` and `export from`; what only an `import()` names is loaded when it is needed. */
function staticallyLoadedBy(entry: string): readonly string[] {
  const loaded = new Set([entry])
  for (const file of loaded) {
    for (const [, specifier] of textOf(file).matchAll(/^(?:import|export) .*?["'](\.\/[^"']+)["'];$/gm)) {
      loaded.add(path.posix.join('lib', specifier!))
    }
  }
  return [...loaded]
}

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** The file in this Node, which says that it is another one. */
async function runOnOldNode(file: string, ...args: readonly string[]): Promise<Ended> {
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`
  return run(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(disguise)}`, file, ...args])
}

function withoutSeconds({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: stdout.replace(/ \([\d.]+ s\)/, ''), stderr }
}

function run(file: string, args: readonly string[], options: ExecFileOptions = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
