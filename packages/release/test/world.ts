/**
 * A project to release in one line: its files, its packages, a host that reads them, and a runtime that is a script
 * around the Node of the test, so that nothing large is compressed.
 */
import { execFile } from 'node:child_process'
import type { ExecFileOptions } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parseManifest } from '@alkahest/core'
import type { InstanceGraph } from '@alkahest/core'
import { assembleRelease, planRelease } from '../src/index.ts'
import type { PackageFolder, ReleaseHost, ReleaseMember, ReleaseOptions, ReleaseReport } from '../src/index.ts'

export const run: (file: string, args: readonly string[], options?: ExecFileOptions) => Promise<Output> = async (
  file,
  args,
  options = {},
) => await promisify(execFile)(file, [...args], { ...options, encoding: 'utf8' })

export type Output = { readonly stdout: string; readonly stderr: string }

export type Files = Readonly<Record<string, string>>

export type World = {
  /** Everything of the test is below it. */
  readonly folder: string
  readonly host: ReleaseHost
  readonly release: (options?: Partial<ReleaseOptions> & { readonly signingKey?: string }) => Promise<ReleaseReport>
  readonly options: ReleaseOptions
  /** Unpacks a tarball with the system's tar into a new folder; returns it. */
  readonly unpack: (tarball: string, name?: string) => Promise<string>
} & AsyncDisposable

export type WorldInput = {
  readonly files: Files
  readonly graph?: InstanceGraph
  /** Files of the packages, by instance id. */
  readonly packages?: Readonly<Record<string, Files>>
  readonly configuration?: unknown
  readonly workspace?: readonly ReleaseMember[]
  /** The Node of the release, and its version; the test's own by default. */
  readonly node?: { readonly binary: string; readonly version: string }
}

const NO_DEPENDENCIES: InstanceGraph = {
  members: [{ id: 'workspace:.' as never, path: '.', name: undefined, version: undefined, dependencies: [] }],
  instances: new Map(),
}

const OWN_NODE = { binary: process.execPath, version: process.versions.node }

/** The supervisor from its sources, as in the repository. */
export const supervisorFile: string = join(import.meta.dirname, '../../supervisor/src/main.ts')

export async function makeWorld({
  files,
  graph,
  packages = {},
  configuration,
  workspace = [],
  node = OWN_NODE,
}: WorldInput): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'alkahest release '))
  const project = join(folder, 'project')
  await writeFiles(project, files)
  for (const [id, packageFiles] of Object.entries(packages)) {
    await writeFiles(packageFolder(folder, id), packageFiles)
  }
  const runtime = join(folder, 'runtime-files')
  await writeFiles(runtime, { node: `#!/bin/sh\nexec '${node.binary}' "$@"\n`, LICENSE: 'The licence of Node\n' })
  const host: ReleaseHost = {
    compile: async () => {},
    readMember: async (path) => await listFiles(join(project, path)),
    readPackage: async (instance) => await listFiles(packageFolder(folder, instance.id)),
    fetchRuntime: async () => ({
      version: node.version,
      nodeBinary: join(runtime, 'node'),
      license: join(runtime, 'LICENSE'),
      integrity: 'sha512-test',
      packageName: 'node-test',
    }),
    supervisorFile: () => supervisorFile,
  }
  const options: ReleaseOptions = {
    projectFolder: project,
    member: '.',
    manifest: parseManifest(JSON.parse(files['package.json'] ?? '{}'), 'package.json'),
    configuration,
    workspace,
    graph: graph ?? NO_DEPENDENCIES,
    target: 'linux-x64',
  }
  return {
    folder,
    host,
    options,
    release: async ({ signingKey, ...changes } = {}) =>
      await assembleRelease(planRelease({ ...options, ...changes }), {
        ...host,
        ...(signingKey === undefined ? {} : { signingKey }),
      }),
    unpack: async (tarball, name = 'unpacked') => {
      const target = join(folder, name)
      await mkdir(target, { recursive: true })
      await run('tar', ['-xzf', tarball, '-C', target])
      return target
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  }
}

function packageFolder(folder: string, id: string): string {
  return join(folder, 'packages', id.replaceAll('/', '+'))
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    if (text.startsWith('#!')) await chmod(file, 0o755)
  }
}

async function listFiles(folder: string): Promise<PackageFolder> {
  const names = await readdir(folder, { recursive: true })
  const files = await Promise.all(names.map(async (path) => ({ path, stats: await stat(join(folder, path)) })))
  return {
    folder,
    files: files
      .filter(({ stats }) => stats.isFile())
      .map(({ path, stats }) => ({ path, executable: (stats.mode & 0o100) !== 0 })),
  }
}
