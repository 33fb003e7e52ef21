import { stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { install, login, logout, whoami } from '../src/index.ts'
import { openWorld, wordsOf } from './world.ts'
import type { World } from './world.ts'

const ALICE = { username: 'alice', password: 'a long password', email: 'alice@example.com' }

function npmrc(world: World): Promise<string> {
  return world.read('../home/.npmrc')
}

describe('login', () => {
  it("makes the account, keeps its token in the user's .npmrc for nobody else to read, and tells who we are", async () => {
    await using world = await openWorld()
    const { registry } = world
    const settings = await npmrc(world)
    expect(await login(world.at(), ALICE)).toEqual({ registry: registry.url, username: 'alice' })
    expect(await npmrc(world)).toMatch(
      new RegExp(`^${settings}//127\\.0\\.0\\.1:${registry.port}/:_authToken=\\S+\\n$`),
    )
    expect((await stat(world.tree.resolve('home/.npmrc'))).mode & 0o777).toBe(0o600)
    expect(await whoami(world.at(), {})).toEqual({ registry: registry.url, username: 'alice' })
  })

  it('again replaces the token; a wrong password is refused and keeps the old one', async () => {
    await using world = await openWorld()
    await login(world.at(), ALICE)
    const first = await npmrc(world)
    expect(await wordsOf(login(world.at(), { ...ALICE, password: 'wrong' }))).toMatch(
      /^LOGIN_REFUSED cannot log in as alice: /,
    )
    expect(await npmrc(world)).toBe(first)
    await login(world.at(), ALICE)
    const second = await npmrc(world)
    expect(second).not.toBe(first)
    expect(second.match(/_authToken/g)).toHaveLength(1)
    expect((await whoami(world.at(), {})).username).toBe('alice')
  })

  it('goes to the registry that is named, or to that of a scope', async () => {
    await using world = await openWorld()
    await using team = await openWorld()
    await world.tree.write({ 'home/.npmrc': `registry=${world.registry.url}\n@team:registry=${team.registry.url}\n` })
    expect(await login(world.at(), { ...ALICE, scope: '@team' })).toEqual({
      registry: team.registry.url,
      username: 'alice',
    })
    expect(await login(world.at(), { ...ALICE, username: 'bob', registry: world.registry.url.slice(0, -1) })).toEqual({
      registry: world.registry.url,
      username: 'bob',
    })
    expect((await whoami(world.at(), { scope: '@team' })).username).toBe('alice')
    expect((await whoami(world.at(), {})).username).toBe('bob')
  })
})

describe('logout', () => {
  it('revokes the token and forgets it, and nothing else', async () => {
    await using world = await openWorld()
    await login(world.at(), ALICE)
    const token = /_authToken=(\S+)/.exec(await npmrc(world))?.[1] ?? ''
    const { url } = world.registry
    expect(await logout(world.at(), {})).toEqual({ registry: url, username: 'alice' })
    expect(await npmrc(world)).toBe(`registry=${url}\nfetch-retries=0\n`)
    const answer = await fetch(`${url}-/whoami`, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(401)
  })

  it('forgets a token that the registry has forgotten before', async () => {
    await using world = await openWorld()
    const { port, url } = world.registry
    await world.tree.write({ 'home/.npmrc': `registry=${url}\n//127.0.0.1:${port}/:_authToken=forgotten\n` })
    expect(await logout(world.at(), {})).toEqual({ registry: url, username: '' })
    expect(await npmrc(world)).toBe(`registry=${url}\n`)
  })

  it('and whoami without a login say so, and ask nobody', async () => {
    await using world = await openWorld()
    const words = `NOT_LOGGED_IN nobody is logged in to ${world.registry.url}\nhint: log in with \`alk login\``
    expect(await wordsOf(logout(world.at(), {}))).toBe(words)
    expect(await wordsOf(whoami(world.at(), {}))).toBe(words)
    expect(await world.asked()).toEqual([])
  })
})

describe('.npmrc', () => {
  it('of the project, of the user and of the environment are read as npm reads them', async () => {
    await using world = await openWorld({ packages: 'a 1.0.0', manifest: { dependencies: { a: '*' } } })
    await using other = await openWorld({ packages: 'a 2.0.0' })
    const env = world.at().env
    const version = async (changes: Readonly<Record<string, string>> = {}): Promise<string> => {
      await install(world.at('.', { env: { ...env, ...changes } }), { lockfileOnly: true })
      const found = /\npackage a (\S+)\n/.exec(await world.read('alkahest.lock'))?.[1] ?? ''
      await world.tree.write({ 'project/alkahest.lock': 'alkahest lockfile 1\n\nmember .\n  name app\n' })
      return found
    }
    expect(await version()).toBe('1.0.0')
    expect(await version({ npm_config_registry: other.registry.url })).toBe('2.0.0')
    await world.tree.write({ 'project/.npmrc': `registry=${other.registry.url}\n` })
    expect(await version()).toBe('2.0.0')
    await world.tree.write({ 'project/.npmrc': 'registry=${TEAM_REGISTRY}\n' })
    expect(await version({ TEAM_REGISTRY: other.registry.url })).toBe('2.0.0')
  })

  it('gives a scope its own registry, and that alone', async () => {
    await using team = await openWorld({ packages: '@team/a 1.0.0: b ^1', flags: { claims: '@team' } })
    await using world = await openWorld({ packages: 'b 1.0.0', manifest: { dependencies: { '@team/a': '*' } } })
    await world.tree.write({ 'project/.npmrc': `@team:registry=${team.registry.url}\n` })
    await install(world.at(), {})
    expect(await team.asked()).toEqual(['@team/a', 'a-1.0.0.tgz'])
    expect(await world.asked()).toEqual(['b', 'b-1.0.0.tgz'])
  })
})
