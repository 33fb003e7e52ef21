import { Bug, userError } from '@alkahest/core'
import { expectErrorGolden } from '@alkahest/test-support'
import { describe, expect, it, vi } from 'vitest'
import type { Operations } from '../src/operations.ts'
import { formatFailure } from '../src/failure.ts'
import { plain } from '../src/style.ts'
import { VERSION } from '../src/version.ts'
import { alk, startAlk } from './test-world.ts'

const stored = { name: 'kleur', version: '4.1.5' }
const report = {
  added: [stored],
  changed: [],
  removed: [],
  heldBack: [],
  deprecated: [],
  skipped: [],
  unapprovedBuilds: [],
  builds: [],
  peerConflicts: [],
  lockfile: 'created' as const,
  upToDate: false,
  dryRun: false,
  seconds: 0.25,
}

describe('a command that works', () => {
  it('prints for a person on stdout, and ends with 0', async () => {
    const run = await alk(['install'], { operations: { install: async () => report } })
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: 'New:\n  kleur  4.1.5\n\nInstalled: 1 new, alkahest.lock created (0.25 s)\n',
      stderr: '',
    })
  })

  it('prints one document under --json', async () => {
    const run = await alk(['install', '--json'], { operations: { install: async () => report } })
    expect(run.stdout).toBe(`${JSON.stringify({ ok: true, ...report })}\n`)
  })

  it('hands the operation what was given and nothing else', async () => {
    const install = vi.fn<Operations['install']>(async () => report)
    await alk(['install', '--no-frozen', '--prod', '--no-optional', '--before', '2026-01-01'], {
      operations: { install },
    })
    expect(install).toHaveBeenCalledExactlyOnceWith(expect.anything(), {
      frozen: false,
      prod: true,
      noOptional: true,
      before: '2026-01-01',
    })
  })

  it('tells the operation where it is, and keeps the output of children off stdout under --json', async () => {
    const tree = vi.fn<Operations['tree']>(async () => ({ members: [], packages: [] }))
    await alk(['tree', '-C', '/elsewhere', '--json'], { operations: { tree }, env: { ALKAHEST_HOME: 'home' } })
    expect(tree.mock.calls[0]).toMatchObject([{ cwd: '/elsewhere', home: '/elsewhere/home', childOutput: 'stderr' }])
    await alk(['tree'], { operations: { tree } })
    expect(tree.mock.calls[1]).toMatchObject([{ cwd: '/project', home: '/home/ada/.alkahest', childOutput: 'inherit' }])
  })

  it('shows notes on stderr', async () => {
    const run = await alk(['tree', '--json'], {
      operations: {
        tree: async (context) => {
          context.progress({ kind: 'step', what: 'resolving', done: 3 })
          context.progress({ kind: 'note', text: 'left fsevents out: it is for darwin' })
          return { members: [], packages: [] }
        },
      },
    })
    expect(run.stderr).toBe('left fsevents out: it is for darwin\n')
  })
})

it('an error whose tidying up failed too is told as itself', async () => {
  const tree = async (): Promise<never> => {
    const first = userError('PATH_NOT_FOUND', 'there is no a.tgz')
    throw new SuppressedError(new Error('EMFILE'), first, 'disposing failed as well')
  }
  expect((await alk(['tree'], { operations: { tree } })).stderr).toBe('error PATH_NOT_FOUND there is no a.tgz\n')
})

describe('many notes', () => {
  const tree: Operations['tree'] = async (context) => {
    for (let number = 1; number <= 30; number++) context.progress({ kind: 'note', text: `note ${number}` })
    context.progress({ kind: 'note', text: 'the layout is isolated', decides: true })
    return { members: [], packages: [] }
  }

  it('are cut, unless --verbose asks for all', async () => {
    const lines = (await alk(['tree'], { operations: { tree } })).stderr.split('\n')
    const cut = 'further notes are left out; --verbose shows them'
    expect(lines.slice(9)).toEqual(['note 10', cut, 'the layout is isolated', ''])
    expect((await alk(['tree', '--verbose'], { operations: { tree } })).stderr).toContain('note 30\n')
  })
})

describe('a command that runs a program', () => {
  it.each([0, 1, 7, 143])('returns its exit code: %d', async (exitCode) => {
    expect((await alk(['exec', 'x'], { operations: { exec: async () => ({ exitCode }) } })).exitCode).toBe(exitCode)
  })

  it('prints nothing of its own', async () => {
    const run = await alk(['test'], { operations: { test: async () => ({ exitCode: 1 }) } })
    expect(run).toMatchObject({ exitCode: 1, stdout: '', stderr: '' })
  })

  it('says under --json how the program ended', async () => {
    const failed = await alk(['test', '--json'], { operations: { test: async () => ({ exitCode: 3 }) } })
    expect(failed).toMatchObject({
      exitCode: 3,
      stdout:
        '{"ok":false,"error":{"code":"PROGRAM_FAILED","message":"the test runner ended with exit code 3","details":{"exitCode":3}}}\n',
    })
    expectErrorGolden('PROGRAM_FAILED', formatFailure(JSON.parse(failed.stdout).error, plain))
  })

  it('prints a line under --json when run has started the program and one when it ended', async () => {
    const run = await alk(['run', '--json', 'build'], { operations: { run: async () => ({ exitCode: 0 }) } })
    expect(run.stdout).toBe(
      '{"ok":true,"event":"started","target":"build"}\n{"ok":true,"event":"ended","exitCode":0}\n',
    )
  })

  it('passes --json on to the registry, which prints documents of its own', async () => {
    const registryCommand = vi.fn<Operations['registryCommand']>(async () => ({ exitCode: 5 }))
    const run = await alk(['--json', 'registry', 'serve'], { operations: { registryCommand } })
    expect(run).toMatchObject({ exitCode: 5, stdout: '', stderr: '' })
    expect(registryCommand).toHaveBeenCalledExactlyOnceWith(expect.anything(), { args: ['serve', '--json'] })
  })
})

describe('a command that fails', () => {
  const missing = userError('PACKAGE_NAME_INVALID', '"A B" is not a package name', {
    hint: 'mend it',
    details: { at: 1 },
  })
  const install = async (): Promise<never> => Promise.reject(missing)

  it('says code, sentence and hint on stderr, and ends with 1', async () => {
    expect(await alk(['install'], { operations: { install } })).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'error PACKAGE_NAME_INVALID "A B" is not a package name\n\nhint: mend it\n',
    })
  })

  it('prints the same as one document under --json', async () => {
    expect(await alk(['install', '--json'], { operations: { install } })).toMatchObject({
      exitCode: 1,
      stdout:
        '{"ok":false,"error":{"code":"PACKAGE_NAME_INVALID","message":"\\"A B\\" is not a package name","hint":"mend it","details":{"at":1}}}\n',
      stderr: '',
    })
  })

  it('shows a stack only with --verbose', async () => {
    expect((await alk(['install'], { operations: { install } })).stderr).not.toContain(' at ')
    const cause = new Error('the reason below')
    const run = await alk(['install', '--verbose'], {
      operations: { install: async () => Promise.reject(userError('JSON_INVALID', 'x is not JSON', { cause })) },
    })
    expect(run.stderr).toMatch(
      /^error JSON_INVALID x is not JSON\n\nUserError: x is not JSON\n {4}at .*caused by: Error: the reason below\n/s,
    )
  })

  it.each([
    [new Bug('a name was lost'), 'a law of Alkahest was broken: a name was lost'],
    [new TypeError('x is undefined'), 'x is undefined'],
  ])('says that %s is our mistake, and how to report it', async (thrown, sentence) => {
    const run = await alk(['install'], { operations: { install: async () => Promise.reject(thrown) } })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toMatch(
      /^error BUG .*\n\nhint: this is a mistake in Alkahest, not yours; report it with this line: alk \S+, node \S+, \S+, and what --verbose shows\n$/,
    )
    expect(run.stderr).toContain(`error BUG ${sentence}\n`)
  })

  it('has one form for all mistakes of ours', async () => {
    const run = await alk(['install'], {
      operations: { install: async () => Promise.reject(new Bug('a name was lost')) },
    })
    expectErrorGolden('BUG', run.stderr, {
      replace: {
        '<alk>': VERSION,
        '<node>': process.versions.node,
        '<platform>': `${process.platform}-${process.arch}`,
      },
    })
  })

  it('names what the operating system refused', async () => {
    const thrown = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    const run = await alk(['install'], { operations: { install: async () => Promise.reject(thrown) } })
    expectErrorGolden('SYSTEM_ERROR', run.stderr)
  })

  it('ends with 2 on wrong usage, as JSON when asked', async () => {
    expect(await alk(['instal'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: "error USAGE unknown command 'instal'\n\nhint: did you mean install?\n",
    })
    expect(await alk(['instal', '--json'])).toMatchObject({
      exitCode: 2,
      stdout:
        '{"ok":false,"error":{"code":"USAGE","message":"unknown command \'instal\'","hint":"did you mean install?"}}\n',
      stderr: '',
    })
    expect(await alk(['tree', '-C', 'missing'])).toMatchObject({
      exitCode: 2,
      stderr: 'error USAGE there is no folder missing to act in (-C)\n',
    })
  })

  it('answers no command at all with the help, on stderr', async () => {
    const run = await alk([])
    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^Usage: alk /) })
    expect((await alk(['--json'])).stdout).toContain('"code":"USAGE"')
  })
})

describe('help and version', () => {
  it('are texts on stdout, or documents under --json', async () => {
    expect((await alk(['--help'])).stdout).toMatch(/^Usage: alk \[options\] <command>\n/)
    expect((await alk(['help', 'add'])).stdout).toMatch(/^Usage: alk add \[options\] <packages\.\.\.>\n/)
    const { help } = JSON.parse((await alk(['install', '--help', '--json'])).stdout)
    expect(help).toBe((await alk(['install', '--help'])).stdout)
    expect((await alk(['--version', '--json'])).stdout).toBe('{"ok":true,"version":"0.1.0"}\n')
  })
})

describe('an interruption', () => {
  it('lets the operation put things in order, then ends with 130', async () => {
    const steps: string[] = []
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const running = startAlk(['install'], {
      operations: {
        install: async ({ signal }) => {
          begin()
          await new Promise((resolve) => {
            signal!.addEventListener('abort', resolve)
          })
          steps.push('put back')
          signal!.throwIfAborted()
        },
      },
    })
    await begun
    running.signal('SIGINT')
    const ended = await running.done
    expect(ended.exitCode).toBe(130)
    expectErrorGolden('INTERRUPTED', ended.stderr)
    expect(steps).toEqual(['put back'])
  })

  it('ends with 143 after SIGTERM', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const running = startAlk(['install'], {
      operations: {
        install: async ({ signal }) => {
          begin()
          await new Promise((resolve) => {
            signal!.addEventListener('abort', resolve)
          })
          throw new Error('a request was cut')
        },
      },
    })
    await begun
    running.signal('SIGTERM')
    expect(await running.done).toMatchObject({
      exitCode: 143,
      stderr: 'error INTERRUPTED interrupted before it was done\n',
    })
  })

  it('ends at the second signal when the operation does not come back', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const running = startAlk(['install', '--json'], {
      operations: {
        install: async () => {
          begin()
          return new Promise<never>(() => undefined)
        },
      },
    })
    await begun
    running.signal('SIGINT')
    running.signal('SIGINT')
    expect(await running.done).toMatchObject({
      exitCode: 130,
      stdout: '{"ok":false,"error":{"code":"INTERRUPTED","message":"interrupted before it was done"}}\n',
    })
  })
})
