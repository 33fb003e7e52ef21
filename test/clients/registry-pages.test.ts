/**
 * The registry's pages as people meet them: in Chromium, light and dark, on a desk and a phone, by axe, by keyboard, without a script; and npm's web
 * login from the terminal to the token, by every client that has one.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { startRegistry, tempTree } from '@alkahest/test-support'
import type { TempTree, TestRegistry } from '@alkahest/test-support'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askHex, publishHex } from '../e2e/hex-requests.ts'
import { ask } from '../e2e/registry-requests.ts'
import { findChromium, startChromium } from './chromium.ts'

const executable = await findChromium()
const ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'

const npmSettings = (url: string) => ({ npm_config_registry: url, pnpm_config_registry: url })

/** Every client that has a web login. */
const clients: readonly Client[] = [
  ...['npm@11', 'npm@12'].map((spec) => ({
    spec,
    program: 'bin/npm-cli.js',
    login: ['login', '--auth-type=web'],
    whoami: ['whoami'],
    env: npmSettings,
    printsNotices: true,
  })),
  {
    spec: 'pnpm@12',
    program: 'pnpm',
    login: ['login'],
    whoami: ['whoami'],
    env: npmSettings,
    printsNotices: true,
  },
  {
    spec: '@yarnpkg/cli-dist@4',
    program: 'bin/yarn.js',
    login: ['npm', 'login', '--web-login'],
    whoami: ['npm', 'whoami'],
    env: (url) => ({
      YARN_NPM_REGISTRY_SERVER: url,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_ENABLE_TELEMETRY: '0',
    }),
    asks: /open your browser now/,
    printsNotices: false,
  },
]

const README = `# Kit

[![build](https://ci.example/b.svg)](https://ci.example) Text with [a link](https://example.com) and \`code\`.

\`\`\`ts
const thing = createThing({ name: 'a line that is much too long for the screen of any telephone that people carry' })
\`\`\`

| Option | Type | Meaning, told in so many words that the table is wider than a telephone |
|--------|------|---------|
| size | number | how large it becomes |

> Quoted.
`

describe.skipIf(executable === undefined)('the pages in Chromium', () => {
  let registry: TestRegistry
  let chromium: Browser

  beforeAll(async () => {
    chromium = await startChromium(executable!)
    registry = await startRegistry({ packages: ['left-pad 1.0.0:', '@team/user 1.0.0: @team/kit ^1'] })
    const manifest = {
      description: 'A kit',
      license: 'MIT',
      keywords: ['kit', 'team'],
      homepage: 'https://example.com',
    }
    for (const version of ['1.0.0', '1.1.0']) {
      await registry.publishFiles({
        'package.json': JSON.stringify({ name: '@team/kit', version, ...manifest, dependencies: { 'left-pad': '^1' } }),
        'README.md': README,
      })
    }
    await ask(`${registry.url}@team%2fkit`, {
      method: 'PUT',
      token: registry.token,
      body: { _id: '@team/kit', name: '@team/kit', versions: { '1.0.0': { deprecated: 'use 1.1.0' } } },
    })
    for (const version of ['1.0.0', '1.1.0'])
      await publishHex(registry, {
        name: 'kit',
        version,
        files: { 'lib/kit.ex': '', 'README.md': README },
        requirements: { base: '~> 1.0' },
      })
    await publishHex(registry, { name: 'kit_plug', version: '1.0.0', requirements: { kit: '~> 1.0' } })
    await askHex(registry, 'api/packages/kit/releases/1.0.0/retire', {
      method: 'POST',
      key: registry.token,
      body: { reason: 'security', message: 'use 1.1.0' },
    })
    await registry.publishFiles({
      'package.json': JSON.stringify({
        name: 'attack',
        version: '1.0.0',
        description: ATTACK,
        keywords: [ATTACK],
        license: ATTACK,
        author: ATTACK,
        homepage: 'javascript:alert(1)',
        dependencies: { [ATTACK]: ATTACK },
      }),
      'README.md': `# ${ATTACK}\n\n${ATTACK}\n\n[x](javascript:alert(1))`,
    })
  })
  afterAll(async () => {
    await registry.close()
    await chromium.close()
  })

  /** A page in a context of its own; the test ends with it. */
  async function open(options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
    const context = await chromium.newContext({ baseURL: registry.url, ...options })
    const page = await context.newPage()
    return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() })
  }

  async function signIn(page: Page): Promise<void> {
    await page.goto('/-/web/login')
    await page.getByLabel('Name').fill('tester')
    await page.getByLabel('Password').fill('secret')
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  }

  const visits = [
    '/',
    '/-/web/search?q=kit',
    '/-/web/npm/@team/kit',
    '/-/web/npm/@team/kit/v/1.0.0',
    '/-/web/npm/@team/kit?tab=dependencies',
    '/-/web/npm/@team/kit?tab=dependents',
    '/-/web/npm/@team/kit?tab=versions',
    '/-/web/npm/attack',
    '/-/web/npm/nothing',
    '/-/web/search?q=kit&in=hex',
    '/-/web/hex/kit',
    '/-/web/hex/kit/v/1.0.0',
    '/-/web/hex/kit?tab=dependencies',
    '/-/web/hex/kit?tab=dependents',
    '/-/web/hex/kit?tab=versions',
    '/-/web/sign-up',
    '/-/web/login',
    '/-/web/tokens',
    '/-/web/device',
    'confirm',
  ]
  const looks = [
    ['light, desk', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
    ['dark, desk', { colorScheme: 'dark', viewport: { width: 1280, height: 900 } }],
    ['light, phone', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
    ['dark, phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] as const

  test.each(looks)('%s: axe finds nothing, nothing is cut off, nothing is blocked', async (_name, look) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    // axe is a script, and the pages' own policy allows none.
    await using page = await open({ ...look, bypassCSP: true })
    const seen: unknown[] = []
    for (const visit of visits) {
      if (visit === '/-/web/tokens') await signIn(page)
      await page.goto(visit === 'confirm' ? (await begin()).loginUrl : visit)
      await page.evaluate(axe)
      const { violations } = await page.evaluate<AxeResult>('axe.run()')
      const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
      const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      seen.push({ visit, wide, findings })
    }
    expect(seen).toEqual(visits.map((visit) => ({ visit, wide: false, findings: [] })))
  })

  test('the policy of the pages blocks nothing that is in them', async () => {
    await using page = await open()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    for (const visit of visits.slice(0, 8)) await page.goto(visit, { waitUntil: 'networkidle' })
    expect(said).toEqual([])
  })

  test('an attack in every field runs nothing, even without the policy', async () => {
    await using page = await open({ bypassCSP: true })
    const ran: string[] = []
    page.on('dialog', async (dialog) => {
      ran.push(dialog.message())
      await dialog.dismiss()
    })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).origin))
    for (const visit of ['', '?tab=dependencies', '?tab=versions']) await page.goto(`/-/web/npm/attack${visit}`)
    await page.goto(`/-/web/search?q=${encodeURIComponent(ATTACK)}`)
    await page.goto('/-/web/search?q=attack')
    expect(await page.locator('main script, main img, main [href^="javascript:"]').count()).toBe(0)
    expect([ran, [...new Set(asked)]]).toEqual([[], [new URL(registry.url).origin]])
  })

  test('no frame of another page shows ours', async () => {
    await using page = await open()
    await page.setContent(`<iframe src="${registry.url}-/web/login"></iframe>`)
    await page.frames()[1]?.waitForLoadState()
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${registry.url}-/web/login`)
  })

  test('by keyboard alone and without scripts: find a package, sign in, make a token, revoke it', async () => {
    await using page = await open({ javaScriptEnabled: false })
    await page.goto('/')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to content')
    await tabTo(page, 'input[name=q]')
    await page.keyboard.type('kit')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/search?q=kit')
    await tabTo(page, 'a[href$="/npm/@team/kit"]')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/npm/@team/kit')
    await tabTo(page, 'a[href$="/login"]')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/login')
    await tabTo(page, '#name')
    await page.keyboard.type('tester')
    await page.keyboard.press('Tab')
    await page.keyboard.type('secret')
    await page.keyboard.press('Enter')
    await tabTo(page, 'a[href$="/tokens"]')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/tokens')
    await tabTo(page, '#name')
    await page.keyboard.type('by keyboard')
    await tabTo(page, '#password')
    await page.keyboard.type('secret')
    await page.keyboard.press('Enter')
    const token = await page.locator('#token').textContent()
    expect((await ask(`${registry.url}-/whoami`, { token: token! })).json).toEqual({ username: 'tester' })
    const row = page.getByRole('listitem').filter({ hasText: 'by keyboard' })
    const key = await row.locator('input[name=key]').getAttribute('value')
    await tabTo(page, `input[value="${key}"] + button`)
    await page.keyboard.press('Enter')
    await row.waitFor({ state: 'detached' })
    expect((await ask(`${registry.url}-/whoami`, { token: token! })).status).toBe(401)
  })

  test('whatever has the focus shows it', async () => {
    await using page = await open()
    for (const visit of ['/', '/-/web/npm/@team/kit', '/-/web/sign-up']) {
      await page.goto(visit)
      const places = await page.locator('a[href], button, input:not([type=hidden]), pre, table').count()
      const seen = new Set<string>()
      for (let count = 0; count < places; count++) {
        await page.keyboard.press('Tab')
        seen.add(await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'))
      }
      expect([visit, ...seen]).toEqual([visit, 'solid'])
    }
  })

  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let count = 0; count < 60; count++) {
      if ((await page.locator(selector).and(page.locator(':focus')).count()) === 1) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`60 tabs do not reach ${selector} on ${page.url()}`)
  }

  async function begin(): Promise<{ readonly loginUrl: string }> {
    return (await ask(`${registry.url}-/v1/login`, { method: 'POST', body: {} })).json
  }

  describe('the web login', () => {
    let tools: TempTree

    beforeAll(async () => {
      const aliases = clients.map(({ spec }, index) => `client-${index}@npm:${spec}`)
      tools = await tempTree({ 'package.json': { json: { name: 'tools', private: true } } })
      const installing = start(['npm', 'install', '--no-audit', '--no-fund', ...aliases], { cwd: tools.path, env: {} })
      if ((await installing.ended) !== 0) throw new Error(installing.output())
    })
    afterAll(() => tools[Symbol.asyncDispose]())

    test.each(clients.map((client, index) => [client.spec, client, index] as const))(
      '%s',
      async (_spec, client, index) => {
        await using home = await tempTree({ 'package.json': { json: { name: 'project', version: '1.0.0' } } })
        const program = path.join(tools.path, 'node_modules', `client-${index}`, client.program)
        const command = client.program.endsWith('.js') ? [process.execPath, program] : [program]
        const where = { cwd: home.path, env: { HOME: home.path, ...client.env(registry.url) } }
        const login = start([...command, ...client.login], { ...where, terminal: true })
        if (client.asks !== undefined) {
          await login.find(client.asks)
          login.type('n\n')
        }
        await using page = await open()
        await page.goto(await login.find(/https?:\/\/\S+\/-\/web\/confirm\/[\w-]+/))
        await page.getByLabel('Name').fill('tester')
        await page.getByLabel('Password').fill('secret')
        await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
        const code = (await page.locator('#code').textContent()) ?? ''
        expect(login.output().includes(code)).toBe(client.printsNotices)
        await page.getByRole('button', { name: 'Approve' }).click()
        await page.getByRole('heading', { name: 'Approved' }).waitFor()
        expect([await login.ended, login.output()]).toEqual([0, expect.any(String)])
        const whoami = start([...command, ...client.whoami], where)
        expect([await whoami.ended, whoami.output()]).toEqual([0, expect.stringContaining('tester')])
      },
    )
  })
})

type Client = {
  readonly spec: string
  readonly program: string
  readonly login: readonly string[]
  readonly whoami: readonly string[]
  readonly env: (url: string) => Readonly<Record<string, string>>
  /** A question that is answered with no. */
  readonly asks?: RegExp
  readonly printsNotices: boolean
}

type AxeResult = {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

type Started = {
  readonly ended: Promise<number | null>
  output(): string
  /** The first text like this that it prints; rejects when it ends without. */
  find(pattern: RegExp): Promise<string>
  type(text: string): void
}

type StartOptions = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Whether it shall believe that a person sits before it. */
  readonly terminal?: boolean
}

function start(command: readonly string[], { cwd, env, terminal = false }: StartOptions): Started {
  const [program = '', ...args] = terminal ? inTerminal(command) : command
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env } })
  let output = ''
  const keep = (chunk: unknown): void => void (output += String(chunk))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const find = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(output)?.[0]
        if (found !== undefined) resolve(found)
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      look()
      void ended.then(() => reject(new Error(`it ended without ${String(pattern)}: ${output}`)))
    })
  return { ended, output: () => output, find, type: (text) => void child.stdin.write(text) }
}

/** By util-linux's `script`, which gives a program a terminal of its own. */
function inTerminal(command: readonly string[]): readonly string[] {
  return ['script', '-qec', command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '), '/dev/null']
}
