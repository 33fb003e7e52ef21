import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NpmConfig } from '../src/index.ts'
import { failureOf, world } from './worlds.ts'

async function configOf(...lines: string[]): Promise<NpmConfig> {
  return world({ user: lines.join('\n') }).load({ npm_config_registry: 'http://default/' })
}

describe('a credential', () => {
  test('is a token, a password in base64, or _auth; in this order', async () => {
    const [token, password, auth] = ['//h/:_authToken=t', '//h/:username=u\n//h/:_password=cMOkc3M=', '//h/:_auth=dTpw']
    expect((await configOf(token, password, auth)).credentialsFor('http://h/a')).toBe('Bearer t')
    expect((await configOf(password, auth)).credentialsFor('http://h/a')).toBe(
      `Basic ${Buffer.from('u:päss').toString('base64')}`,
    )
    expect((await configOf(auth)).credentialsFor('http://h/a')).toBe('Basic dTpw')
  })

  test('belongs to its host, port and path', async () => {
    const config = await configOf(
      '//h:1/npm/team/:_authToken=team',
      '//h:1/npm/:_authToken=npm',
      '//other:_authToken=bare',
    )
    const asked = [
      'http://h:1/npm/team/@team%2flib',
      'http://h:1/npm/team',
      'http://h:1/npm/lodash',
      'http://h:1/elsewhere',
      'http://h:2/npm/lodash',
      'http://h/npm/lodash',
      'http://h.evil/npm/lodash',
      'http://evil/h:1/npm/',
      'http://h:1@evil/npm/',
      'https://other/deep/path',
    ]
    expect(asked.map((url) => config.credentialsFor(url))).toEqual([
      'Bearer team',
      'Bearer npm',
      'Bearer npm',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'Bearer bare',
    ])
  })

  test('of a registry also serves other paths of its origin, and no other origin', async () => {
    const config = await configOf('//h/npm/:_authToken=t')
    expect(config.credentialsFor('http://h/files/a.tgz', 'http://h/npm/')).toBe('Bearer t')
    expect(config.credentialsFor('http://h:81/files/a.tgz', 'http://h/npm/')).toBeUndefined()
    expect(config.credentialsFor('http://h/files/a.tgz', 'https://h/npm/')).toBeUndefined()
    expect(config.credentialsFor('http://cdn/files/a.tgz', 'http://h/npm/')).toBeUndefined()
  })

  test('may come from the environment', async () => {
    const config = await world().load({ 'npm_config_//h/:_authToken': 'env', npm_config_registry: 'http://h/' })
    expect(config.credentialsFor('http://h/lodash')).toBe('Bearer env')
  })

  test.each(['_authToken', '_auth', '_password'])('%s without a registry is an error', async (key) => {
    const { home, load } = world({ user: `registry=http://h/\n${key}=secret` })
    expect(await failureOf(load())).toEqual({
      code: 'NPMRC_INVALID',
      message: `${join(home, '.npmrc')}:2 has "${key}" without the registry that it is for`,
      hint: `write it as //HOST/PATH/:${key}=..., with the address of the registry and without "https:"`,
    })
  })

  test('that is none is passed over, and said', async () => {
    const { home, load } = world({ user: 'registry=http://h/\nemail=me@example.org' })
    expect((await load()).warnings).toEqual([
      `${join(home, '.npmrc')}:2 is ignored: "email" belongs to a registry, as //HOST/PATH/:email`,
    ])
  })

  test('with a line break in it never becomes a header', async () => {
    const config = await world().load({
      'npm_config_//h/:_authToken': 'a\nx-evil: 1',
      npm_config_registry: 'http://h/',
    })
    expect(() => config.credentialsFor('http://h/lodash')).toThrow(
      'npm_config_//h/:_authToken holds a credential with characters that none may have',
    )
  })
})
