import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Browser } from './browser.ts'
import { ask, publish } from './registry-requests.ts'

let registry: TestRegistry
let browser: Browser

beforeAll(async () => {
  registry = await startRegistry({ packages: ['left-pad 1.0.0:', '@team/user 1.0.0: left-pad ^1'] })
  browser = new Browser(registry.url)
  await registry.publishFiles({
    'package.json': JSON.stringify({
      name: '@team/kit',
      version: '1.0.0',
      description: 'A kit',
      license: 'MIT',
      keywords: ['kit'],
      repository: 'team/kit',
      dependencies: { 'left-pad': '^1', other: 'npm:@team/user@1' },
    }),
    'README.md': '# First',
  })
  await registry.publishFiles({
    'package.json': JSON.stringify({ name: '@team/kit', version: '1.1.0' }),
    'README.md': '# Second',
  })
})
afterAll(() => registry.close())

const page = async (path: string) => (await browser.get(path)).text

test('the door: a page for browsers, the document for everyone else', async () => {
  const front = await browser.get('')
  expect([front.status, front.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(front.text).toContain('3 packages are published here.')
  for (const accept of ['application/json', '*/*']) {
    const document = await ask(registry.url, { headers: { accept } })
    expect([document.json.db_name, document.headers.get('vary')]).toEqual(['registry', 'Accept'])
  }
})

test('npm gets JSON under the name of a package, whatever a browser asks there', async () => {
  const packument = await ask(`${registry.url}left-pad`, { headers: { accept: 'text/html' } })
  expect(packument.json.name).toBe('left-pad')
})

test('the front page goes through all packages only after something was written', async () => {
  await using own = await startRegistry({ packages: 'a 1.0.0:' })
  const search = vi.spyOn(own.running.registry.index, 'search')
  const visitor = new Browser(own.url)
  const front = async () => (await visitor.get('')).text
  expect(await front()).toBe(await front())
  expect(search).toHaveBeenCalledTimes(1)
  await own.publish('b 1.0.0:')
  expect(await front()).toContain('2 packages are published here.')
  expect(search).toHaveBeenCalledTimes(2)
})

test('search: results with counts, pages, keywords, and what only the upstream could have', async () => {
  expect(await page('-/web/search?q=team')).toContain('2 published here')
  expect(await page('-/web/search?q=keywords:kit')).toContain('Nothing that is published here matches.')
  const all = await page('-/web/search?q=')
  expect(all.match(/<h2>/g)).toHaveLength(3)
  expect(await page('-/web/search?q=&page=2')).not.toContain('<h2>')
  expect(await page('-/web/search')).toContain('All packages')
  expect(await page('-/web/search?q=react')).not.toContain('upstream')
})

test('a package: its README, facts, install lines; of any version', async () => {
  const latest = await page('-/web/npm/@team/kit')
  expect(latest).toContain('<h2 id="readme-second">Second</h2>')
  for (const tool of ['npm install', 'pnpm add', 'yarn add', 'bun add', 'alk add'])
    expect(latest).toContain(`<code>${tool} @team/kit</code>`)
  expect(latest).toContain(`@team:registry=${registry.url}`)
  const first = await page('-/web/npm/@team/kit/v/1.0.0')
  expect(first).toContain('<h2 id="readme-first">First</h2>')
  expect(first).toContain('<code>npm install @team/kit@1.0.0</code>')
  expect(first).toContain('href="https://github.com/team/kit"')
  const { json } = await ask(`${registry.url}@team/kit/1.0.0`)
  expect(first).toContain(json.dist.integrity)
  expect(first).toContain(`href="${json.dist.tarball}"`)
  expect(await page('-/web/npm/@team%2fkit/v/latest')).toBe(latest)
})

test('dependencies, dependents and versions, deprecation', async () => {
  const dependencies = await page('-/web/npm/@team/kit/v/1.0.0?tab=dependencies')
  expect(dependencies).toContain('Dependencies (2)')
  expect(dependencies).toContain('href="/-/web/npm/@team/user"')
  const dependents = await page('-/web/npm/left-pad?tab=dependents')
  expect(dependents).toContain('Needed by the latest versions of 1')
  expect(dependents).toContain('href="/-/web/npm/@team/user"')
  await ask(`${registry.url}@team%2fkit`, {
    method: 'PUT',
    token: registry.token,
    body: { _id: '@team/kit', name: '@team/kit', versions: { '1.0.0': { deprecated: 'use 1.1' } } },
  })
  expect(await page('-/web/npm/@team/kit/v/1.0.0')).toContain('use 1.1')
  const versions = await page('-/web/npm/@team/kit?tab=versions')
  expect(versions.match(/<li>\s*<a href="[^"]*\/v\/1\.[01]\.0">/g)).toHaveLength(2)
  expect(versions.match(/>deprecated</g)).toHaveLength(1)
  expect(await page('-/web/npm/@team/kit?tab=versions&page=99')).toBe(versions)
})

test.each([
  ['-/web/npm/nothing', 404, 'nothing not found'],
  ['-/web/npm/left-pad/v/9.9.9', 404, 'left-pad@9.9.9 not found'],
  ['-/web/npm/left-pad/v/__proto__', 404, 'left-pad@__proto__ not found'],
  ['-/web/npm/constructor', 404, 'constructor not found'],
  ['-/web/npm/%3Cscript%3E', 400, 'is not a package name'],
  ['-/web/nothing', 404, 'There is no such page here.'],
])('what is not there: %s is %i', async (path, status, sentence) => {
  const answer = await browser.get(path)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
  expect(answer.text).toContain(sentence)
  expect(answer.text).not.toContain('<script')
})

test('a private package is nowhere for who is not signed in, and then it is', async () => {
  await publish(registry, '@team/secret 1.0.0: left-pad ^1', (body) => void (body.access = 'restricted'))
  const hidden = ['-/web/npm/@team/secret', '-/web/npm/@team/secret/v/1.0.0', '-/web/npm/@team/secret?tab=versions']
  for (const path of hidden) {
    const answer = await browser.get(path)
    const other = await browser.get(path.replace('secret', 'absent'))
    expect(answer.text.replaceAll('secret', 'absent')).toBe(other.text)
    expect([answer.status, other.status]).toEqual([404, 404])
  }
  const listings = ['', '-/web/search?q=secret', '-/web/search?q=', '-/web/npm/left-pad?tab=dependents']
  for (const path of listings) expect((await page(path)).replaceAll('“secret”', '')).not.toContain('@team/secret')
  const own = new Browser(registry.url)
  const signIn = /href="(\/-\/web\/login\?[^"]+)">signed in/.exec((await own.get(hidden[0]!)).text)?.[1] ?? ''
  const back = await own.submit(signIn, { name: 'tester', password: 'secret' })
  expect(back.headers.get('location')).toBe(`/${hidden[0]}`)
  for (const path of [...hidden, ...listings]) expect((await own.get(path)).text).toContain('@team/secret')
  expect((await browser.get(hidden[0]!, { authorization: `Bearer ${registry.token}` })).status).toBe(200)
})

test('a failure of ours is a page that says nothing of it, and a line in the log that does', async () => {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  vi.spyOn(registry.running.registry.overviews, 'get').mockRejectedValueOnce(new Error('the disk is on fire'))
  const { status, headers, text } = await browser.get('-/web/npm/left-pad')
  vi.restoreAllMocks()
  expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
  expect(text).toContain('the registry failed at this request; its log says why')
  expect(text).not.toContain('fire')
  expect(written).toEqual([expect.stringMatching(/^GET \/-\/web\/npm\/left-pad: Error: the disk is on fire\n/)])
})

describe('what every page carries', () => {
  test.each(['', '-/web/search?q=x', '-/web/npm/left-pad', '-/web/npm/nothing', '-/web/login', '-/web/nothing'])(
    '/%s',
    async (path) => {
      const { headers, text } = await browser.get(path)
      expect(Object.fromEntries([...headers].filter(([name]) => name in CARRIED))).toEqual(CARRIED)
      expect(text).not.toMatch(/<script|\sstyle=|\son\w+=/i)
    },
  )

  test('the style and the icon are files of their own, kept for ever', async () => {
    const links = [...(await page('')).matchAll(/(?:href|src)="(\/-\/web\/(?:style|icon)-\w+\.\w+)"/g)]
    expect(new Set(links.map(([, path]) => path)).size).toBe(2)
    for (const [, path] of links) {
      const { status, headers } = await browser.get(path!)
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    }
  })
})

const CARRIED: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

describe('a package whose every field is an attack', () => {
  const attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
  const fields = {
    description: attack,
    license: attack,
    author: { name: attack, url: 'javascript:alert(1)' },
    contributors: [attack],
    keywords: [attack, 'javascript:alert(1)'],
    homepage: 'javascript:alert(1)',
    repository: { type: 'git', url: `javascript:alert(1)//${attack}` },
    bugs: { url: 'data:text/html,<script>alert(1)</script>' },
    engines: { [attack]: attack },
    dependencies: { [attack]: attack, 'left-pad': `npm:${attack}` },
    peerDependencies: { toString: attack },
  }

  beforeAll(async () => {
    await registry.publishFiles({
      'package.json': JSON.stringify({ name: 'attack', version: '1.0.0', ...fields }),
      'README.md': `# ${attack}\n\n${attack}\n\n[${attack}](javascript:alert(1))`,
    })
    await ask(`${registry.url}attack`, {
      method: 'PUT',
      token: registry.token,
      body: { _id: 'attack', name: 'attack', versions: { '1.0.0': { deprecated: attack } } },
    })
  })

  test.each([
    '-/web/npm/attack',
    '-/web/npm/attack?tab=dependencies',
    '-/web/npm/attack?tab=dependents',
    '-/web/npm/attack?tab=versions',
    '-/web/search?q=attack',
    `-/web/search?q=${encodeURIComponent(attack)}`,
    `-/web/search?q=${encodeURIComponent(`keywords:${attack}`)}`,
    '-/web/npm/attack?tab=%22%3E%3Cscript%3E&page=%22%3E%3Cscript%3E',
  ])('/%s', async (path) => {
    const { status, text } = await browser.get(path)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script|<img(?! src="\/-\/web\/icon-\w+\.svg")|\sonerror=(?!alert\(1\)&gt;)/i)
    expect(text).not.toMatch(/(?:href|src|action)="(?!https?:|\/|#)/i)
  })

  test('fields of the wrong type are passed over', async () => {
    await registry.publishFiles({
      'package.json': JSON.stringify({
        name: 'odd',
        version: '1.0.0',
        description: 7,
        license: [1],
        author: [],
        keywords: { a: 1 },
        homepage: {},
        repository: 3,
        engines: 'node',
        dependencies: [],
      }),
    })
    expect((await browser.get('-/web/npm/odd')).status).toBe(200)
    expect((await browser.get('-/web/npm/odd?tab=dependencies')).status).toBe(200)
  })
})

describe('packages of the upstream', () => {
  test('are shown like our own, and what policy denies says why', async () => {
    await using own = await startRegistry({ upstream: registry.url, flags: { 'upstream-deny': 'attack' } })
    const visitor = new Browser(own.url)
    const kit = (await visitor.get('-/web/npm/@team/kit/v/1.0.0')).text
    expect(kit).toContain('<h2 id="readme-first">First</h2>')
    expect(kit).toContain(registry.url)
    expect((await visitor.get('-/web/npm/@team/kit')).text).toContain('<h2 id="readme-second">Second</h2>')
    expect((await visitor.get('-/web/npm/@team/kit?tab=versions')).text).toContain('Versions (2)')
    expect((await visitor.get('-/web/search?q=left-pad')).text).toContain('Look for <bdi>left-pad</bdi> upstream')
    expect((await visitor.get('-/web/npm/@team/secret')).status).toBe(404)
    const denied = await visitor.get('-/web/npm/attack')
    expect([denied.status, denied.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8'])
  })
})
