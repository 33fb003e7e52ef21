/** Releases that the root of a workspace configures: which is meant, what is in it, and that it runs. */
import { parseManifest } from '@alkahest/core'
import { expect, test } from 'vitest'
import { chooseRelease, planRelease } from '../src/index.ts'
import type { ReleaseMember, ReleasePlace } from '../src/index.ts'
import { graphOf } from './graph.ts'
import { installShop, MAIN } from './shop.ts'
import { makeWorld } from './world.ts'
import type { Files } from './world.ts'

function memberOf(path: string, name: string): ReleaseMember {
  return { path, manifest: parseManifest({ name, version: '2.0.0', main: 'main.js' }, 'package.json') }
}

const ROOT = memberOf('.', 'everything')
const WEB = memberOf('apps/web', '@x/web')
const JOBS = memberOf('apps/jobs', '@x/jobs')
const WORKSPACE = [ROOT, WEB, JOBS]

/** What `alk release NAME` means in a member, with what it and the root configure: `whose name`. */
function chosen(wanted: string | undefined, own: ReleaseMember, configured: { own?: object; shared?: object }): string {
  const shared: ReleasePlace = { member: ROOT, configuration: configured.shared }
  const { place, name } = chooseRelease(wanted, {
    own: { member: own, configuration: configured.own },
    shared: own === ROOT ? undefined : shared,
    workspace: WORKSPACE,
  })
  return `${place.member.path} ${name ?? '(only)'}`
}

test("a name is looked up among the member's own releases, then the workspace's; without one, those that start it count", () => {
  const shared = {
    site: { member: 'apps/web' },
    all: { children: { a: { member: '@x/web' }, b: { member: '@x/jobs' } } },
  }
  expect(chosen('site', WEB, { shared })).toBe('. site')
  expect(chosen('site', WEB, { own: { site: {} }, shared })).toBe('apps/web site')
  expect(chosen('all', WEB, { own: { site: {} }, shared })).toBe('. all')
  expect(chosen(undefined, WEB, { own: { site: {} }, shared })).toBe('apps/web (only)')
  expect(chosen(undefined, JOBS, { shared })).toBe('. all')
  expect(chosen(undefined, JOBS, { shared: { site: { member: 'apps/web' } } })).toBe('apps/jobs (only)')
  expect(chosen('other', WEB, {})).toBe('apps/web other')
  expect(() => chosen(undefined, WEB, { shared })).toThrow(
    "the workspace's alkahest.config.ts has 2 releases that start apps/web: site, all",
  )
})

const FILES: Files = {
  'package.json': JSON.stringify({ name: 'everything', private: true }),
  'rel/env.sh': 'export SHARED=root\n',
  'apps/web/package.json': JSON.stringify({ name: '@x/web', version: '2.0.0', type: 'module', main: 'main.js' }),
  'apps/web/main.js': MAIN.replace(
    'greeting, version',
    'shared: process.env.SHARED, cwd: process.cwd(), greeting, version',
  ),
  'apps/jobs/package.json': JSON.stringify({ name: '@x/jobs', version: '3.0.0', type: 'module' }),
  'apps/jobs/jobs.js': "import { word } from 'word'\nconsole.log('jobs say ' + word)\nsetInterval(() => {}, 1000)",
  'apps/unused/package.json': JSON.stringify({ name: '@x/unused', version: '1.0.0' }),
}

const GRAPH = graphOf({
  '.': { development: ['unwanted@1.0.0'] },
  'apps/web': { dependency: ['greeting@1.0.0'] },
  'apps/jobs': { dependency: ['word@1.0.0'] },
  'apps/unused': { dependency: ['unwanted@1.0.0'] },
  'greeting@1.0.0': { dependency: ['word@1.0.0'] },
  'word@1.0.0': {},
  'unwanted@1.0.0': {},
})

const PACKAGES = {
  'greeting@1.0.0': {
    'package.json': '{"name":"greeting","type":"module","main":"index.js"}',
    'index.js': "export { word as greeting } from 'word'",
  },
  'word@1.0.0': {
    'package.json': '{"name":"word","type":"module","main":"index.js"}',
    'index.js': "export const word = 'hello'",
  },
}

const CONFIGURATION = {
  shop: {
    children: {
      web: { member: 'apps/web' },
      jobs: { member: '@x/jobs', entry: 'jobs.js', ready: 'started' },
    },
  },
}

test('two members in one release: pruned to what they need, each running from its own folder', async () => {
  await using world = await makeWorld({
    files: FILES,
    graph: GRAPH,
    packages: PACKAGES,
    configuration: CONFIGURATION,
    workspace: WORKSPACE.slice(1),
  })
  const plan = planRelease(world.options)
  expect(plan).toMatchObject({ version: '2.0.0', member: 'apps/web', members: ['apps/web', 'apps/jobs'] })
  expect(plan.placements.map(({ source }) => (source.kind === 'package' ? source.instance.id : source.kind))).toEqual([
    'app',
    'greeting@1.0.0',
    'word@1.0.0',
    'member',
  ])
  await using installed = await installShop(world)
  expect(await installed.bin('daemon')).toMatchObject({ code: 0, stderr: '' })
  const answer = await installed.get()
  expect(answer).toMatchObject({ greeting: 'hello', version: '2.0.0', shared: 'root' })
  expect((answer as unknown as { readonly cwd: string }).cwd).toBe(`${installed.root}/releases/2.0.0/app`)
  expect((await installed.bin('logs')).stdout).toContain('jobs say hello')
  expect((await installed.bin('rpc', '--worker', 'jobs.0', "(await import('word')).word")).stdout).toBe('hello\n')
  expect(await installed.bin('verify')).toMatchObject({ code: 0 })
})

test('a member that the workspace does not have', () => {
  const options = {
    projectFolder: '/project',
    member: '.',
    manifest: ROOT.manifest,
    workspace: WORKSPACE,
    configuration: { shop: { member: 'apps/wbe' } },
    graph: GRAPH,
    target: 'linux-x64',
  }
  expect(() => planRelease(options)).toThrow(
    'The workspace has no member apps/wbe, which alkahest.config.ts wants to release',
  )
})
