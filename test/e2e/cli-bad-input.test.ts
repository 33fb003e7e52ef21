/**
 * What goes wrong in a user's hands, really caused, a row for each case: the exact words, the exit code, and a digest of
 * project, store and the registry's data before and after. Nothing may be half-done.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCliWorld } from './cli-world.ts'
import type { CliWorld } from './cli-world.ts'

let world: CliWorld

beforeAll(async () => {
  world = await openCliWorld()
  await world.publish('base', '1.0.0')
  await world.publish('base', '1.1.0')
  await world.publish('tool', '1.0.0', { dependencies: { base: '^1.0.0' } })
  await world.publish('fresh', '1.0.0', { files: { 'large.txt': 'pseudo random '.repeat(20_000) } })
  await world.publish('fresh', '2.0.0')
  await world.publish('torn', '1.0.0')
})
afterAll(async () => world.close())

/** A project that is installed, so that there is something to spoil. */
beforeAll(async () => {
  world.newProject('project', { name: 'project', version: '1.0.0', dependencies: { tool: '^1.0.0' } })
  const { exitCode, stderr } = await world.alk(['install'])
  if (exitCode !== 0) throw new Error(`the project cannot be installed: ${stderr}`)
})

type Row = {
  readonly name: string
  readonly code: string
  readonly args: readonly string[]
  /** Spoils something; what it returns mends the world again. */
  readonly spoil: (world: CliWorld) => Promise<() => Promise<void>>
  /** The whole of stderr, with stand-ins (`<registry>`, `<hash>`, `<size>`) for what differs from run to run. */
  readonly stderr: string
}

const nothingToMend = async (): Promise<void> => undefined

/** The rows that need a fault between client and registry. */
function faulty(path: RegExp, fault: Parameters<CliWorld['proxy']['setFault']>[1]): Row['spoil'] {
  return async ({ proxy }) => {
    proxy.setFault(path, fault)
    return async () => proxy.setFault(path, undefined)
  }
}

/** The rows that spoil a file of the project. */
function spoiled(file: string, change: (text: string) => string): Row['spoil'] {
  return async ({ read, write }) => {
    const before = read(file)
    write(file, change(before))
    return async () => write(file, before)
  }
}

const rows: readonly Row[] = [
  {
    name: 'a package that does not exist',
    code: 'PACKAGE_NOT_FOUND',
    args: ['add', 'bass'],
    spoil: async () => nothingToMend,
    stderr:
      'error PACKAGE_NOT_FOUND Because package.json asks for bass latest, which is not in the registry, there is no resolution\n\nhint: did you mean base?\n',
  },
  {
    name: 'a range that nothing satisfies',
    code: 'VERSION_NOT_FOUND',
    args: ['add', 'fresh@^9.0.0'],
    spoil: async () => nothingToMend,
    stderr:
      'error VERSION_NOT_FOUND Because package.json asks for fresh ^9.0.0, which no published version matches (the latest is 2.0.0), there is no resolution\n\nhint: in package.json, ask for fresh ^2.0.0 instead of ^9.0.0\n',
  },
  {
    name: 'a package.json that is not JSON',
    code: 'JSON_INVALID',
    args: ['install'],
    spoil: spoiled('project/package.json', () => '{\n  "name": "project",\n  "dependencies": { "tool" }\n}\n'),
    stderr: 'error JSON_INVALID package.json is not valid JSON: mistake at line 3, column 28\n',
  },
  {
    name: 'a package.json whose fields mean nothing',
    code: 'MANIFEST_INVALID',
    args: ['install'],
    spoil: spoiled('project/package.json', () => '{ "name": "project", "dependencies": ["tool"] }\n'),
    stderr: 'error MANIFEST_INVALID "dependencies" in package.json is not an object of texts\n',
  },
  {
    name: 'a tarball with one bit flipped on the way',
    code: 'INTEGRITY_MISMATCH',
    args: ['add', 'fresh@1.0.0'],
    spoil: faulty(/fresh-1\.0\.0\.tgz$/, { kind: 'flip', atByte: 100 }),
    stderr:
      'error INTEGRITY_MISMATCH fresh@1.0.0 is not what was promised: wanted <hash>, found <hash>\n\nhint: nothing was installed from it; try again, and if it stays so, ask the operator of the registry\n',
  },
  {
    name: 'a tarball cut at a byte',
    code: 'REGISTRY_NONSENSE',
    args: ['add', 'fresh@1.0.0'],
    spoil: faulty(/fresh-1\.0\.0\.tgz$/, { kind: 'cut', afterBytes: 200 }),
    stderr:
      'error REGISTRY_NONSENSE cannot get fresh@1.0.0: <registry> broke off its answer after 200 of <size> bytes\n\nhint: check that the address is that of an npm registry, and what stands between it and this machine\n',
  },
  {
    name: 'a document cut at a byte',
    code: 'REGISTRY_NONSENSE',
    args: ['add', 'torn'],
    spoil: faulty(/^\/(torn|-\/alkahest\/closure)$/, { kind: 'cut', afterBytes: 50 }),
    stderr:
      'error REGISTRY_NONSENSE cannot get torn: <registry> broke off its answer after 50 of <size> bytes\n\nhint: check that the address is that of an npm registry, and what stands between it and this machine\n',
  },
  {
    name: 'a registry that is down',
    code: 'REGISTRY_UNREACHABLE',
    args: ['add', 'fresh'],
    spoil: async ({ proxy }) => {
      await proxy.goDown()
      return async () => proxy.comeBack()
    },
    stderr:
      'error REGISTRY_UNREACHABLE cannot get fresh: <registry> refuses connections (ECONNREFUSED)\n\nhint: is the registry running? "registry" in .npmrc says where it is looked for\n',
  },
  {
    name: 'a registry that hangs',
    code: 'REGISTRY_TIMEOUT',
    args: ['add', 'fresh'],
    spoil: faulty(/./, { kind: 'hang' }),
    stderr:
      'error REGISTRY_TIMEOUT cannot get fresh: <registry> sent nothing for 1.5 seconds\n\nhint: try again; a slow network is given more time with "fetch-timeout" (milliseconds) in .npmrc\n',
  },
  {
    name: 'a registry that answers nonsense',
    code: 'REGISTRY_NONSENSE',
    args: ['add', 'fresh'],
    spoil: faulty(/./, {
      kind: 'answer',
      status: 200,
      type: 'text/html',
      body: '<html>Welcome to the hotel network</html>',
    }),
    stderr:
      'error REGISTRY_NONSENSE cannot get fresh: <registry> answered what is not JSON but text/html\n\nhint: check that the address is that of an npm registry, and what stands between it and this machine\n',
  },
  {
    name: 'a registry that answers half of JSON',
    code: 'REGISTRY_NONSENSE',
    args: ['add', 'fresh'],
    spoil: faulty(/./, { kind: 'answer', status: 200, type: 'application/json', body: '{"name":"fresh","versions":{' }),
    stderr:
      'error REGISTRY_NONSENSE cannot get fresh: <registry> answered what is not JSON\n\nhint: check that the address is that of an npm registry, and what stands between it and this machine\n',
  },
  {
    name: 'a registry that fails',
    code: 'REGISTRY_ERROR',
    args: ['add', 'fresh'],
    spoil: faulty(/./, {
      kind: 'answer',
      status: 500,
      type: 'application/json',
      body: '{"error":"the database is on fire"}',
    }),
    stderr:
      'error REGISTRY_ERROR cannot get fresh: <registry> answered 500: the database is on fire\n\nhint: try again later; the log of the registry says more\n',
  },
  {
    name: 'a lockfile with a mistake in it',
    code: 'LOCKFILE_INVALID',
    args: ['install'],
    spoil: spoiled('project/alkahest.lock', (text) => text.replace('\n  integrity ', '\n  intergity ')),
    stderr:
      'error LOCKFILE_INVALID alkahest.lock:8: "intergity" is no word of this paragraph\n\nhint: take it from version control again; if two branches changed it, keep the conflict markers and run `alk install`\n',
  },
  {
    name: 'a lockfile that ends too early',
    code: 'LOCKFILE_INVALID',
    args: ['install'],
    spoil: spoiled('project/alkahest.lock', (text) => text.slice(0, -20)),
    stderr:
      'error LOCKFILE_INVALID alkahest.lock:12: expected "dependency NAME SPECIFIER -> TARGET"\n\nhint: take it from version control again; if two branches changed it, keep the conflict markers and run `alk install`\n',
  },
]

describe('bad input', () => {
  it.each(rows)('$name', async ({ args, spoil, code, stderr }) => {
    const mend = await spoil(world)
    const before = world.digests()
    const human = await world.alk(args)
    const between = world.digests()
    const program = await world.alk([...args, '--json'])
    const after = world.digests()
    await mend()

    expect({ ...human, stderr: withStandIns(human.stderr) }).toEqual({ exitCode: 1, stdout: '', stderr })
    expect(stderr).toMatch(new RegExp(`^error ${code} `))
    expect({ exitCode: program.exitCode, stderr: program.stderr }).toEqual({ exitCode: 1, stderr: '' })
    expect(JSON.parse(program.stdout)).toMatchObject({ ok: false, error: { code } })
    expect(between).toEqual(before)
    expect(after).toEqual(before)
  })
})

function withStandIns(text: string): string {
  return text
    .replaceAll(world.proxy.url, '<registry>/')
    .replaceAll(world.proxy.url.slice(0, -1), '<registry>')
    .replaceAll(world.project, '<project>')
    .replaceAll(world.directory, '<directory>')
    .replace(/ of \d+ bytes/, ' of <size> bytes')
    .replaceAll(/sha512-[\w+/=]+/g, '<hash>')
}
