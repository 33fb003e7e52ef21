/** Hex packages on the pages, as people find and read them. */
import { startRegistry } from '@alkahest/test-support'
import type { TestRegistry } from '@alkahest/test-support'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hexTarball } from '../../apps/registry/test/hex/hex-tarballs.ts'
import { Browser } from './browser.ts'
import { askHex, publishHex } from './hex-requests.ts'

let registry: TestRegistry
let browser: Browser

beforeAll(async () => {
  registry = await startRegistry({ packages: ['kit 1.0.0:', '@team/kit 1.0.0:'], flags: { 'hex-repository': 'acme' } })
  browser = new Browser(registry.url)
  const files = { 'lib/kit.ex': 'defmodule Kit do end', 'README.md': '# Kit, the library' }
  for (const version of ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1'])
    await publishHex(registry, { name: 'kit', version, files, requirements: { base: '~> 0.3' } })
  await publishHex(registry, { name: 'base', version: '0.3.1' })
  await publishHex(registry, { name: 'kit_plug', version: '1.0.0', requirements: { kit: '~> 1.9' } })
  await publishHex(registry, { name: 'kit_plug', version: '0.9.0', requirements: { kit: '~> 0.1' } })
  await askHex(registry, 'api/packages/kit/releases/1.0.0/retire', {
    method: 'POST',
    key: registry.token,
    body: { reason: 'security', message: 'reads too far, use 1.9' },
  })
})
afterAll(() => registry.close())

const page = async (path: string) => (await browser.get(path)).text

test('the front page counts and lists them, and says how to use them', async () => {
  const front = await page('')
  expect(front).toContain('5 packages are published here.')
  expect(front).toContain('href="/-/web/hex/kit_plug"')
  expect(front).toMatch(/mix hex\.repo add acme \S+\/repo --fetch-public-key SHA256:[\w+/]{43}</)
  await publishHex(registry, { name: 'later', version: '1.0.0' })
  expect(await page('')).toContain('6 packages are published here.')
  await askHex(registry, 'api/packages/later/releases/1.0.0', { method: 'DELETE', key: registry.token })
  expect(await page('')).toContain('5 packages are published here.')
})

test('search finds them beside those of npm, or alone', async () => {
  const names = async (query: string) =>
    [...(await page(`-/web/search?${query}`)).matchAll(/<h2><a href="\/-\/web\/([^"]+)">/g)].map(([, path]) => path)
  expect(await names('q=kit')).toEqual(['hex/kit', 'npm/@team/kit', 'npm/kit', 'hex/kit_plug'])
  expect(await names('q=kit&in=hex')).toEqual(['hex/kit', 'hex/kit_plug'])
  expect(await names('q=kit&in=npm')).toEqual(['npm/@team/kit', 'npm/kit'])
  expect(await names('q=keywords:kit')).toEqual([])
  const both = await page('-/web/search?q=kit')
  expect(both).toContain('All (4)')
  expect(both).toContain('Hex (2)')
})

test('pages of results hold each package once, whichever world it is from', async () => {
  await using own = await startRegistry({ packages: Array.from({ length: 11 }, (_, at) => `many-${at} 1.0.0:`) })
  for (let at = 0; at < 11; at++) await publishHex(own, { name: `many_${at}`, version: '1.0.0' })
  const visitor = new Browser(own.url)
  const pages = await Promise.all(
    [1, 2, 3].map(async (at) => (await visitor.get(`-/web/search?q=many&page=${at}`)).text),
  )
  const found = pages.map((text) => [...text.matchAll(/<h2><a href="([^"]+)">/g)].map(([, href]) => href))
  expect(found.map((hrefs) => hrefs.length)).toEqual([20, 2, 0])
  expect(new Set(found.flat()).size).toBe(22)
})

test('a package: README, lines to paste, facts, of any version', async () => {
  const latest = await page('-/web/hex/kit')
  expect(latest).toContain('<h2 id="readme-kit-the-library">Kit, the library</h2>')
  for (const line of ['{:kit, "~> 1.10", repo: "acme"}', '{kit, "1.10.0"}', 'kit = ">= 1.10.0 and < 2.0.0"'])
    expect(latest).toContain(`<code>${line.replaceAll('"', '&quot;').replace('>', '&gt;').replace('<', '&lt;')}</code>`)
  const pem = (await askHex(registry, 'repo/public_key')).bytes.toString().trim()
  expect(latest).toContain(`repo_public_key =&gt; &lt;&lt;&quot;${pem}&quot;&gt;&gt;}`)
  const release = (await askHex(registry, 'api/packages/kit/releases/1.10.0')).value
  const facts = [release.checksum, 'MIT', 'tester', 'rebar3', 'example.com/kit', 'repo/tarballs/kit-1.10.0.tar']
  for (const fact of facts) expect(latest).toContain(fact)
  expect(release.html_url).toBe(`${registry.url}-/web/hex/kit/v/1.10.0`)
  expect(await page(release.html_url)).toBe(latest)
  const retired = await page('-/web/hex/kit/v/1.0.0')
  expect(retired).toContain('This version is retired.')
  expect(retired).toContain('reads too far, use 1.9 (security)')
})

test('dependencies, dependents of newest releases, versions', async () => {
  const dependencies = await page('-/web/hex/kit?tab=dependencies')
  expect(dependencies).toContain('href="/-/web/hex/base"')
  expect(dependencies).toContain('~&gt; 0.3')
  const dependents = await page('-/web/hex/kit?tab=dependents')
  expect(dependents).toContain('Needed by the latest versions of 1')
  expect(dependents).toContain('~&gt; 1.9')
  expect(await page('-/web/hex/kit_plug?tab=dependents')).toContain('No package that is published here')
  const versions = await page('-/web/hex/kit?tab=versions')
  const rows = [...versions.matchAll(/<a href="\/-\/web\/hex\/kit\/v\/([^"]+)"><code>/g)].map(([, version]) => version)
  expect(rows).toEqual(['2.0.0-rc.1', '1.10.0', '1.9.0', '1.0.0'])
  expect(versions.match(/>retired</g)).toHaveLength(1)
})

test.each([
  ['-/web/hex/nothing', 'nothing not found'],
  ['-/web/hex/kit/v/9.9.9', 'kit 9.9.9 not found'],
  ['-/web/hex/__proto__', '__proto__ not found'],
  ['-/web/hex/nobody/kit', 'kit not found'],
  ['-/web/hex/%3Cscript%3E', '&lt;script&gt; not found'],
])('what is not there: %s', async (path, sentence) => {
  const answer = await browser.get(path)
  expect(answer.status).toBe(404)
  expect(answer.text).toContain(sentence)
})

test("an organisation's package is nowhere for others, and for its members everywhere", async () => {
  await askHex(registry, 'api/orgs', { method: 'POST', key: registry.token, body: { name: 'crew' } })
  await publishHex(
    registry,
    { name: 'hidden_kit', version: '1.0.0', requirements: { kit: '~> 1.0' } },
    { organisation: 'crew' },
  )
  const paths = ['', '-/web/search?q=kit', '-/web/hex/kit?tab=dependents', '-/web/hex/crew/hidden_kit']
  for (const path of paths) expect(await page(path)).not.toContain('href="/-/web/hex/crew/hidden_kit"')
  const [hidden, absent] = [
    await browser.get('-/web/hex/crew/hidden_kit'),
    await browser.get('-/web/hex/no/hidden_kit'),
  ]
  expect([hidden.status, hidden.text.replaceAll('crew', 'no')]).toEqual([404, absent.text])
  const member = new Browser(registry.url)
  await member.signIn('tester', 'secret')
  for (const path of paths) expect((await member.get(path)).text).toContain('href="/-/web/hex/crew/hidden_kit')
  const own = (await member.get('-/web/hex/crew/hidden_kit')).text
  expect(own).toContain('{:hidden_kit, &quot;~&gt; 1.0&quot;, repo: &quot;acme:crew&quot;}')
  expect(own).toContain('mix hex.repo set acme --auth-key KEY')
  expect(own).toContain('repo/repos/crew')
  expect(own).toContain('<span class="mark">private</span>')
})

test('a package whose every field is an attack is shown as text', async () => {
  const attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
  const quoted = attack.replaceAll('"', '\\"')
  const metadata = `{<<"app">>,<<"attack">>}.
{<<"build_tools">>,[<<"${quoted}">>]}.
{<<"description">>,<<"${quoted}">>}.
{<<"elixir">>,<<"${quoted}">>}.
{<<"files">>,[<<"src/a.erl">>]}.
{<<"licenses">>,[<<"${quoted}">>]}.
{<<"links">>,[{<<"${quoted}">>,<<"https://example.com/${quoted}">>}]}.
{<<"maintainers">>,[<<"${quoted}">>]}.
{<<"name">>,<<"attack">>}.
{<<"requirements">>,[]}.
{<<"version">>,<<"1.0.0">>}.
`
  const files = { 'src/a.erl': '', 'README.md': `# ${attack}\n\n${attack}\n\n[x](javascript:alert(1))` }
  const body = hexTarball({ name: 'attack', version: '1.0.0', metadata, files })
  const published = await askHex(registry, 'api/publish', { method: 'POST', key: registry.token, body })
  expect(published.status).toBe(201)
  for (const path of ['-/web/hex/attack', '-/web/search?q=attack', '']) {
    const shown = await page(path)
    expect(shown).not.toContain('<script')
    expect(shown).not.toContain('<img src=x')
    expect(shown).not.toContain('href="javascript:')
  }
})
