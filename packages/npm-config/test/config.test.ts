import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parsePackageName } from '@alkahest/core'
import { describe, expect, test } from 'vitest'
import { failureOf, world } from './worlds.ts'

const name = parsePackageName

describe('registries', () => {
  test('npm’s own default when nothing names one', async () => {
    const table = createRequire(import.meta.url)('@npmcli/config/lib/definitions/definitions.js')
    const config = await world().load()
    expect(config.registry).toBe(table.registry.default)
    expect(config.registry).toBe(await config.publicRegistry())
  })

  test('environment over project over user over global', async () => {
    const files = {
      global: 'registry=http://global/',
      user: 'registry=http://user/',
      project: 'registry=http://project/',
    }
    expect((await world(files).load({ npm_config_registry: 'http://env/' })).registry).toBe('http://env/')
    expect((await world(files).load()).registry).toBe('http://project/')
    expect((await world({ ...files, project: '' }).load()).registry).toBe('http://user/')
    expect((await world({ global: files.global }).load()).registry).toBe('http://global/')
  })

  test('the names of variables may be in capitals, and an empty one is unset', async () => {
    expect((await world().load({ NPM_CONFIG_REGISTRY: 'http://env' })).registry).toBe('http://env/')
    const config = await world({ user: 'registry=http://user' }).load({ npm_config_registry: '' })
    expect(config.registry).toBe('http://user/')
  })

  test('a scope has its own', async () => {
    const config = await world({ user: 'registry=http://all/\n@team:registry=http://team/npm' }).load()
    expect(config.registryFor(name('@team/lib'))).toBe('http://team/npm/')
    expect(config.registryFor(name('@other/lib'))).toBe('http://all/')
    expect(config.registryFor(name('lib'))).toBe('http://all/')
    expect([config.registryForScope('@team'), config.registryForScope('@other')]).toEqual([
      'http://team/npm/',
      undefined,
    ])
  })

  test('NPM_CONFIG_USERCONFIG names another file; a project cannot', async () => {
    const { folder, load } = world({ global: 'registry=http://other/', project: 'userconfig=./stolen' })
    const config = await load({ NPM_CONFIG_USERCONFIG: join(folder, 'npmrc') })
    expect([config.registry, config.userConfigFile]).toEqual(['http://other/', join(folder, 'npmrc')])
    const plain = await world({ user: 'registry=http://user/', project: 'userconfig=./stolen' }).load()
    expect(plain.userConfigFile).toMatch(/home.\.npmrc$/)
  })

  test('in the home folder the one file is read once, as the user’s', async () => {
    const { home, load } = world({ user: 'registry=http://user/' })
    const config = await load({ npm_config_userconfig: join(home, '.npmrc') })
    expect(config.registry).toBe('http://user/')
  })

  test.each(['registry.example', 'file:///tmp', 'ftp://host/'])('%s is none', async (registry) => {
    const { home, load } = world({ user: `; mine\nregistry = ${registry}` })
    expect(await failureOf(load())).toEqual({
      code: 'NPMRC_INVALID',
      message: `${join(home, '.npmrc')}:2 has the registry ${JSON.stringify(registry)}, which is no http address`,
      hint: 'write it with its protocol, for example http://127.0.0.1:4873/',
    })
  })
})

describe('variables in values', () => {
  test('are replaced in keys and values, with npm’s escapes', async () => {
    const user = ['registry=http://${HOST}/', '//${HOST}/:_authToken=${TOKEN}', 'a=${NONE?}x', 'b=\\${HOST}'].join('\n')
    const config = await world({ user }).load({ HOST: 'h:1', TOKEN: 'secret' })
    expect(config.registry).toBe('http://h:1/')
    expect(config.credentialsFor('http://h:1/lodash')).toBe('Bearer secret')
    expect([config.get('a'), config.get('b')]).toEqual(['x', '${HOST}'])
  })

  test('that are not set make the setting absent, and say so', async () => {
    const { project, load } = world({ user: '//h/:_authToken=old', project: '//h/:_authToken=${TOKEN}' })
    const config = await load()
    expect(config.credentialsFor('http://h/lodash')).toBeUndefined()
    expect(config.warnings).toEqual([
      `${join(project, '.npmrc')}:1 is ignored: "//h/:_authToken" names an environment variable that is not set`,
    ])
  })
})

describe('numbers for http', () => {
  test('are passed on when they are configured', async () => {
    const user = 'fetch-retries=5\nfetch-retry-mintimeout=10\nfetch-retry-factor=2\nfetch-timeout=1000\nmaxsockets=3'
    const { connectionFor: _connectionFor, ...numbers } = (
      await world({ user }).load({ npm_config_fetch_retry_maxtimeout: '99' })
    ).http
    expect(numbers).toEqual({
      retries: 5,
      retryMinMs: 10,
      retryMaxMs: 99,
      retryFactor: 2,
      idleTimeoutMs: 1000,
      socketsMax: 3,
    })
    expect(Object.keys((await world().load()).http)).toEqual(['connectionFor'])
  })

  test('that are none are passed over, and said', async () => {
    const { home, load } = world({ user: 'fetch-retries=many\nmaxsockets=0' })
    const config = await load()
    expect(Object.keys(config.http)).toEqual(['connectionFor'])
    expect(config.warnings).toEqual([
      `${join(home, '.npmrc')}:2 is ignored: "maxsockets" is "0", not a usable number`,
      `${join(home, '.npmrc')}:1 is ignored: "fetch-retries" is "many", not a usable number`,
    ])
  })
})

describe('files', () => {
  test('that cannot be read are an error', async () => {
    const { home, load } = world()
    mkdirSync(join(home, '.npmrc'))
    expect(await failureOf(load())).toEqual({
      code: 'NPMRC_UNREADABLE',
      message: `${join(home, '.npmrc')} cannot be read (EISDIR)`,
      hint: undefined,
    })
  })

  test('of nonsense are read as npm reads them', async () => {
    const user = '__proto__=x\nplain\n=\n]]\n[section]\ninside=1'
    const config = await world({ user: `\uFEFFregistry=http://h/\n${user}` }).load()
    expect([config.registry, config.get('inside'), config.get('__proto__')]).toEqual([
      'http://h/',
      undefined,
      undefined,
    ])
  })
})

test('whose tarball addresses move is npm’s rule unless configured', async () => {
  expect((await world().load()).replaceRegistryHost).toBe('npmjs')
  expect((await world({ user: 'replace-registry-host=never' }).load()).replaceRegistryHost).toBe('never')
})
