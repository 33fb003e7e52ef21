import net from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { parseKeys, parsePackument, readPublishBody, readTarball, canonicalPath } from '@alkahest/protocol'
import { expectErrorGolden, tempTree } from '@alkahest/test-support'
import { describe, expect, test } from 'vitest'
import { run, serve } from './registry-process.ts'
import { ask, login, publish } from './registry-requests.ts'

describe('serve', () => {
  test('says where it listens, answers, and ends with 0 when asked to', async () => {
    await using tree = await tempTree()
    await using registry = await serve(['--data', 'data', '--upstream', 'none'], { cwd: tree.path })
    const { ready } = registry
    expect(ready).toEqual({
      ok: true,
      url: `http://127.0.0.1:${ready.port}/`,
      port: ready.port,
      data: tree.resolve('data'),
      pid: expect.any(Number),
    })
    const { token } = (await login(ready, { name: 'alice', password: 'secret' })).json
    expect((await publish({ url: ready.url, token }, 'a 1.0.0:')).status).toBe(201)
    expect((await ask(`${ready.url}a`)).status).toBe(200)
    expect(await registry.end('SIGTERM')).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  test('without --json it speaks to a person, and its log names what was fetched', async () => {
    await using tree = await tempTree()
    const finished = run(['serve', '--port', '0', '--upstream', 'none', '--config', 'missing.json'], { cwd: tree.path })
    expect(await finished).toMatchObject({
      code: 2,
      stderr: 'error REGISTRY_CONFIGURATION_INVALID the configuration file missing.json cannot be read\n',
    })
  })

  test('flag over environment over file over default', async () => {
    await using tree = await tempTree({
      'registry.json': {
        json: { publicUrl: 'http://file.example', upstream: 'none', claims: ['@file'], accessLog: 'none' },
      },
    })
    const env = { ALKAHEST_REGISTRY_PUBLIC_URL: 'http://env.example/npm', ALKAHEST_REGISTRY_CONFIG: 'registry.json' }
    await using fromEnv = await serve(['--data', 'one'], { cwd: tree.path, env })
    expect(fromEnv.ready.url).toBe('http://env.example/npm/')
    await using fromFlag = await serve(['--data', 'two', '--public-url', 'http://flag.example'], {
      cwd: tree.path,
      env,
    })
    expect(fromFlag.ready.url).toBe('http://flag.example/')
  })

  test.each<[string[], string]>([
    [['--port', 'many'], '--port is "many", which is not a port from 0 to 65535'],
    [['--port', '65536'], '--port is "65536", which is not a port from 0 to 65535'],
    [['--upstream', 'ftp://x'], '--upstream is "ftp://x", which is not an http(s) address or "none"'],
    [['--public-url', 'here'], '--public-url is "here", which is not an http(s) address'],
    [['--claims', '@a/b/c'], '--claims is "@a/b/c", which is not a list of package names and @scopes'],
    [['--access-log', 'screen'], '--access-log is "screen", which is not "file", "stdout" or "none"'],
  ])('%j is wrong usage', async (args, message) => {
    await using tree = await tempTree()
    const { code, stdout, stderr } = await run(['serve', ...args], { cwd: tree.path })
    expect([code, stdout, stderr]).toEqual([2, '', `error REGISTRY_CONFIGURATION_INVALID ${message}\n`])
  })

  test('unknown options and commands are wrong usage, with what there is', async () => {
    await using tree = await tempTree()
    expect(await run(['serve', '--prot', '1'], { cwd: tree.path })).toMatchObject({
      code: 2,
      stderr:
        "error USAGE alk registry serve: Unknown option '--prot'\n\nhint: `alk registry serve --help` lists the options\n",
    })
    expect(await run(['sreve'], { cwd: tree.path })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('alk registry has no command "sreve"'),
    })
    expect(await run(['serve', '--help'], { cwd: tree.path })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--public-url URL'),
    })
  })
})

describe('beside a running registry', () => {
  test('a claim counts at once, an account as well', async () => {
    await using tree = await tempTree()
    const options = { cwd: tree.path }
    const args = ['--data', 'data', '--upstream', 'http://127.0.0.1:9/', '--sign-up', 'closed']
    await using registry = await serve(args, options)
    expect(await run(['user', 'add', 'alice', '--data', 'data'], { ...options, input: 'secret\n' })).toMatchObject({
      code: 0,
    })
    const { token } = (await login(registry.ready, { name: 'alice', password: 'secret' })).json
    const target = { url: registry.ready.url, token }
    expect((await publish(target, '@team/a 1.0.0:')).status).toBe(502)
    expect(await run(['claim', '@team', '--data', 'data', '--json'], options)).toMatchObject({
      code: 0,
      stdout: '{"ok":true,"claims":["@team"]}\n',
    })
    expect((await publish(target, '@team/a 1.0.0:')).status).toBe(201)
    expect((await run(['user', 'list', '--data', 'data'], options)).stdout).toBe('alice  administrator  \n')
    const events = (await run(['events', '--data', 'data'], options)).stdout.trimEnd().split('\n')
    expect(events.map((line) => line.split('  ').toSpliced(1, 1).slice(0, 4).join(' '))).toEqual([
      '1 alice account-created alice',
      expect.stringMatching(/^2 alice token-created [0-9a-f]{16}$/),
      '3 operator claimed @team',
      '4 alice published @team/a@1.0.0',
    ])
    expect(
      JSON.parse((await run(['events', '--after', '3', '--json', '--data', 'data'], options)).stdout),
    ).toMatchObject({
      number: 4,
      actor: 'alice',
    })
  })

  test.each<[string[], string]>([
    [['claim', 'Not A Name'], '"Not A Name" is neither a package name nor an @scope'],
    [['events', '--after', 'x'], '--after is "x", which is not a number'],
    [['claim'], 'alk registry claim needs a package name or an @scope'],
    [['user', 'add'], 'alk registry user needs `list`, or an action and a name'],
    [['user', 'bless', 'alice'], 'alk registry user has no action "bless"'],
    [['user', 'role', 'alice', 'king'], 'a role is `administrator` or `member`'],
  ])('%j is wrong usage', async (args, message) => {
    await using tree = await tempTree()
    expect(await run(args, { cwd: tree.path })).toMatchObject({ code: 2, stderr: `error USAGE ${message}\n` })
  })
})

describe('errors, word for word', () => {
  test('REGISTRY_CONFIGURATION_INVALID', async () => {
    await using tree = await tempTree({ 'registry.json': '{"prot": 1}' })
    const { stderr } = await run(['serve', '--config', 'registry.json'], { cwd: tree.path })
    expectErrorGolden('REGISTRY_CONFIGURATION_INVALID', stderr)
  })

  test('REGISTRY_CANNOT_LISTEN', async () => {
    await using tree = await tempTree()
    const blocker = net.createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const { port } = blocker.address() as net.AddressInfo
    const { code, stderr } = await run(['serve', '--port', String(port), '--upstream', 'none'], { cwd: tree.path })
    blocker.close()
    expect(code).toBe(1)
    expectErrorGolden('REGISTRY_CANNOT_LISTEN', stderr, { replace: { '<port>': String(port) } })
  })

  test('REGISTRY_SCHEMA_NEWER', async () => {
    await using tree = await tempTree()
    await run(['claim', 'a', '--data', '.'], { cwd: tree.path })
    const database = new DatabaseSync(tree.resolve('index.sqlite'))
    database.exec('INSERT INTO schema_step (number) VALUES (1000)')
    database.close()
    const { code, stderr } = await run(['claim', '--list', '--data', '.'], { cwd: tree.path })
    expect(code).toBe(1)
    expectErrorGolden(
      'REGISTRY_SCHEMA_NEWER',
      stderr.replaceAll(/schema \d+|knows \d+/g, (text) => text.replace(/\d+/, '<number>')),
    )
  })

  test('REGISTRY_DATABASE_UNREACHABLE', async () => {
    await using tree = await tempTree()
    const url = 'postgres://alice:secret@127.0.0.1:9/registry'
    const { code, stderr } = await run(['claim', '--list', '--database-url', url], { cwd: tree.path })
    expect(code).toBe(1)
    expectErrorGolden('REGISTRY_DATABASE_UNREACHABLE', stderr)
  })

  test('REGISTRY_ACCOUNT_INVALID', async () => {
    await using tree = await tempTree()
    const { code, stderr } = await run(['user', 'role', 'nobody', 'member'], { cwd: tree.path })
    expect(code).toBe(1)
    expectErrorGolden('REGISTRY_ACCOUNT_INVALID', stderr)
  })

  test('what travels and cannot be read', async () => {
    expectErrorGolden(
      'KEYS_INVALID',
      failureOf(() => parseKeys({}, 'http://127.0.0.1:4873/-/npm/v1/keys')),
    )
    expectErrorGolden(
      'PACKUMENT_INVALID',
      failureOf(() => parsePackument({}, { place: 'http://127.0.0.1:4873/a' })),
    )
    expectErrorGolden(
      'REQUEST_PATH_INVALID',
      failureOf(() => canonicalPath('/a/../b')),
    )
    expectErrorGolden(
      'TARBALL_INVALID',
      await readTarball(Buffer.from('garbage'), { place: 'a@1.0.0' }).catch((cause: unknown) => cause),
    )
    async function* half() {
      yield Buffer.from('{"name":"a"')
    }
    expectErrorGolden(
      'PUBLISH_BODY_INVALID',
      await readPublishBody(half(), () => undefined).catch((cause: unknown) => cause),
    )
  })
})

function failureOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (cause) {
    return cause
  }
}
