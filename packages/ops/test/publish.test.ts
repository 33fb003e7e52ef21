import { expectErrorGolden } from '@alkahest/test-support'
import { describe, expect, it } from 'vitest'
import { add, install, pack, publish } from '../src/index.ts'
import { errorOf, openWorld, wordsOf } from './world.ts'
import type { World, WorldOptions } from './world.ts'

/** A world whose home is logged in as the registry's administrator. */
async function openLoggedIn(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld({ flags: { claims: '@acme' }, ...options })
  await logIn(world)
  return world
}

async function logIn({ registry, tree }: World): Promise<void> {
  const token = `//127.0.0.1:${registry.port}/:_authToken=${registry.token}\n`
  await tree.write({ 'home/.npmrc': `registry=${registry.url}\nfetch-retries=0\n${token}` })
}

describe('publish', () => {
  it('sends what pack makes, and whoever asks has it at once', async () => {
    await using world = await openLoggedIn({
      manifest: { name: '@acme/lib', description: 'a library', bin: { lib: './cli.js' } },
      files: { 'index.js': 'module.exports = 42\n', 'cli.js': '#!/usr/bin/env node\n', 'README.md': '# lib\n' },
    })
    const report = await publish(world.at(), {})
    expect(report).toMatchObject({
      name: '@acme/lib',
      version: '1.0.0',
      registry: world.registry.url,
      tag: 'latest',
      published: true,
      files: [{ path: 'README.md' }, { path: 'cli.js' }, { path: 'index.js' }, { path: 'package.json' }],
    })
    await world.tree.write({ 'user/package.json': { json: { name: 'user' } } })
    await add(world.at('../user'), { packages: ['@acme/lib'] })
    expect(await world.installed('@acme/lib', '../user')).toBe('@acme/lib@1.0.0')
    expect(await world.read('../user/node_modules/@acme/lib/index.js')).toBe('module.exports = 42\n')
    expect(await world.read('../user/alkahest.lock')).toContain(`  integrity ${report.integrity}\n`)
  })

  it('a new version of something just installed is there at once, also for a machine that knew the old one', async () => {
    await using world = await openLoggedIn({ manifest: { name: '@acme/lib' } })
    await publish(world.at(), {})
    await world.tree.write({ 'user/package.json': { json: { name: 'user', dependencies: { '@acme/lib': '^1.0.0' } } } })
    await install(world.at('../user'), {})
    await world.tree.write({ 'project/package.json': { json: { name: '@acme/lib', version: '1.1.0' } } })
    await publish(world.at(), {})
    await add(world.at('../user'), { packages: ['@acme/lib'] })
    expect(await world.installed('@acme/lib', '../user')).toBe('@acme/lib@1.1.0')
  })

  it('the same version again is a conflict, and stays what it was', async () => {
    await using world = await openLoggedIn({ manifest: { name: '@acme/lib' } })
    const { integrity } = await publish(world.at(), {})
    await world.tree.write({ 'project/index.js': 'changed' })
    expect(await wordsOf(publish(world.at(), {}))).toMatch(/^REGISTRY_CONFLICT cannot publish @acme\/lib@1\.0\.0: /)
    const document = (await (await fetch(`${world.registry.url}@acme%2flib/1.0.0`)).json()) as {
      dist: { integrity: string }
    }
    expect(document.dist.integrity).toBe(integrity)
  })

  it('refuses what its consumers would not find, unless it is told not to look', async () => {
    const manifest = { name: '@acme/lib', exports: { '.': './index.js', './lost': './lost.js' } }
    await using world = await openLoggedIn({ manifest, files: { 'index.js': '' } })
    await world.asked()
    expectErrorGolden('PACKAGE_CHECK_FAILED', await errorOf(publish(world.at(), {})))
    expect(await world.asked()).toEqual([])
    expect((await pack(world.at(), {})).problems).toMatchObject([{ severity: 'error' }])
    expect(await publish(world.at(), { check: false })).toMatchObject({ published: true, problems: [] })
  })

  it('says when the tool for types cannot be had, and publishes', async () => {
    const manifest = { name: '@acme/lib', type: 'module', exports: { types: './index.d.ts', default: './index.js' } }
    await using world = await openLoggedIn({ manifest, files: { 'index.js': '', 'index.d.ts': 'export {}' } })
    expect(await publish(world.at(), {})).toMatchObject({ published: true })
    expect(world.events).toContainEqual({
      kind: 'note',
      text: expect.stringMatching(
        /^the types of @acme\/lib are not checked, since the tool could not be installed: .*arethetypeswrong/,
      ),
    })
  })

  it('with dryRun sends nothing and needs no login', async () => {
    await using world = await openWorld({ manifest: { name: '@acme/lib' } })
    const before = (await world.digests()).project
    expect(await publish(world.at(), { dryRun: true })).toMatchObject({
      name: '@acme/lib',
      registry: world.registry.url,
      tag: 'latest',
      published: false,
    })
    expect((await world.digests()).project).toBe(before)
    expect(await world.asked()).toEqual([])
  })
})

describe('publish, settings', () => {
  it('options are stronger than publishConfig', async () => {
    await using world = await openLoggedIn({
      manifest: {
        name: '@acme/lib',
        publishConfig: { tag: 'canary', access: 'restricted', registry: 'http://127.0.0.1:9' },
      },
    })
    const dry = await publish(world.at(), { dryRun: true })
    expect({ tag: dry.tag, registry: dry.registry }).toEqual({ tag: 'canary', registry: 'http://127.0.0.1:9/' })
    const registry = world.registry.url.slice(0, -1)
    expect(await publish(world.at(), { tag: 'next', access: 'public', registry })).toMatchObject({
      tag: 'next',
      registry: world.registry.url,
      published: true,
    })
    const { 'dist-tags': tags } = (await (await fetch(`${world.registry.url}@acme%2flib`)).json()) as {
      'dist-tags': object
    }
    expect(tags).toMatchObject({ next: '1.0.0' })
  })

  it("goes to the registry of the package's scope", async () => {
    await using world = await openWorld({ manifest: { name: '@acme/lib' }, flags: { claims: '@acme' } })
    const { registry, tree } = world
    const lines = `registry=http://127.0.0.1:9/\n@acme:registry=${registry.url}\n//127.0.0.1:${registry.port}/:_authToken=${registry.token}\n`
    await tree.write({ 'home/.npmrc': lines })
    expect(await publish(world.at(), {})).toMatchObject({ registry: registry.url, published: true })
  })

  it('a prerelease needs a tag of its own', async () => {
    await using world = await openLoggedIn({ manifest: { name: '@acme/lib', version: '2.0.0-rc.1' } })
    expect(await wordsOf(publish(world.at(), {}))).toBe(
      'TAG_REQUIRED @acme/lib@2.0.0-rc.1 is a prerelease, which would become "latest"\n' +
        'hint: name its tag: `alk publish --tag next`',
    )
    expect(await world.asked()).toEqual([])
    expect(await publish(world.at(), { tag: 'next' })).toMatchObject({ tag: 'next', published: true })
  })

  it('a restricted package is there for those who are logged in and for nobody else', async () => {
    await using world = await openLoggedIn({ manifest: { name: '@acme/secret' } })
    await publish(world.at(), { access: 'restricted' })
    await world.tree.write({
      'user/package.json': { json: { name: 'user', dependencies: { '@acme/secret': '1.0.0' } } },
    })
    await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\n` })
    expect(await wordsOf(install(world.at('../user'), {}))).toMatch(
      /^PACKAGE_NOT_FOUND Because package\.json asks for @acme\/secret 1\.0\.0, which is not in the registry/,
    )
    await logIn(world)
    await install(world.at('../user'), {})
    expect(await world.installed('@acme/secret', '../user')).toBe('@acme/secret@1.0.0')
  })
})

describe('publish refuses', () => {
  it('a private package, before its scripts run', async () => {
    await using world = await openLoggedIn({
      manifest: { private: true, scripts: { prepublishOnly: 'echo ran > ran.txt' } },
    })
    const before = (await world.digests()).project
    expect(await wordsOf(publish(world.at(), {}))).toBe(
      `PACKAGE_PRIVATE ${world.project}/package.json says "private": true, so it is not published\n` +
        'hint: take "private" out of it when everybody who reads the registry may have it',
    )
    expect((await world.digests()).project).toBe(before)
  })

  it('without a login, before anything is sent', async () => {
    await using world = await openWorld({ manifest: { name: '@acme/lib' } })
    expect(await wordsOf(publish(world.at(), {}))).toBe(
      `NOT_LOGGED_IN publishing @acme/lib needs a login at ${world.registry.url}\nhint: log in with \`alk login\``,
    )
    expect(await world.asked()).toEqual([])
  })

  it('a token that the registry does not know', async () => {
    await using world = await openWorld({ manifest: { name: '@acme/lib' } })
    const { port, url } = world.registry
    await world.tree.write({ 'home/.npmrc': `registry=${url}\n//127.0.0.1:${port}/:_authToken=forged\n` })
    expect(await wordsOf(publish(world.at(), {}))).toMatch(/^REGISTRY_UNAUTHORIZED cannot publish @acme\/lib@1\.0\.0: /)
  })

  it('a name that no new package may have', async () => {
    await using world = await openLoggedIn({ manifest: { name: 'OldStyle' } })
    expect(await wordsOf(publish(world.at(), {}))).toMatch(/^PACKAGE_NAME_INVALID .*OldStyle/)
  })

  it('when a script fails', async () => {
    await using world = await openLoggedIn({ manifest: { name: '@acme/lib', scripts: { prepublishOnly: 'false' } } })
    expect(await wordsOf(publish(world.at(), {}))).toMatch(
      /^SCRIPT_FAILED the script "prepublishOnly" of @acme\/lib ended with code 1\n/,
    )
    expect(await world.asked()).toEqual([])
  })
})

it('publish runs the scripts of npm in their order, those after only when it was published', async () => {
  const names = ['postpublish', 'publish', 'postpack', 'prepare', 'prepack', 'prepublishOnly', 'prepublish']
  const scripts = Object.fromEntries(names.map((name) => [name, `echo ${name} >> ../order.txt`]))
  await using world = await openLoggedIn({ manifest: { name: '@acme/lib', scripts } })
  await publish(world.at(), { dryRun: true })
  expect(await world.read('../order.txt')).toBe('prepublishOnly\nprepack\nprepare\n')
  await publish(world.at(), {})
  expect(await world.read('../order.txt')).toBe(
    'prepublishOnly\nprepack\nprepare\nprepublishOnly\nprepack\nprepare\npostpack\npublish\npostpublish\n',
  )
})
