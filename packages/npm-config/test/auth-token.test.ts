import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadNpmConfig, removeAuthToken, setAuthToken } from '../src/index.ts'
import { failureOf, world } from './worlds.ts'

const REGISTRY = 'http://h:1/npm'
const LINE = '//h:1/npm/:_authToken=t\n'

function fileOf(user?: string): { userConfigFile: string; home: string; text: () => string } {
  const { home } = world(user === undefined ? {} : { user })
  const userConfigFile = join(home, '.npmrc')
  return { userConfigFile, home, text: () => readFileSync(userConfigFile, 'utf8') }
}

describe('setAuthToken', () => {
  test.each([
    ['no file', undefined, LINE],
    ['an empty file', '', LINE],
    ['other lines', '; mine\r\n a = b \n\n', `; mine\r\n a = b \n\n${LINE}`],
    ['no final line break', 'a=b', `a=b\n${LINE}`],
    ['an older token', 'a=b\n//h:1/npm/:_authToken = "old"\r\nc=d', 'a=b\n//h:1/npm/:_authToken=t\r\nc=d'],
    ['two older tokens', '//h:1/npm/:_authToken=1\na=b\n//h:1/npm/:_authToken=2', 'a=b\n//h:1/npm/:_authToken=t'],
    ['another registry', '//h:2/npm/:_authToken=x\n', `//h:2/npm/:_authToken=x\n${LINE}`],
    ['a commented one', ';//h:1/npm/:_authToken=x\n', `;//h:1/npm/:_authToken=x\n${LINE}`],
    ['a section', 'a=b\n[s]\nc=d\n', `a=b\n${LINE}[s]\nc=d\n`],
  ])('%s', async (_what, before, after) => {
    const file = fileOf(before)
    await setAuthToken(file, REGISTRY, 't')
    expect(file.text()).toBe(after)
    expect(statSync(file.userConfigFile).mode & 0o777).toBe(0o600)
    expect(readdirSync(file.home)).toEqual(['.npmrc'])
  })

  test.each(['npm_abc', 'a=b;c#d', '"quoted"', 'eyJ.a-b_c.d=='])('%s is read back', async (token) => {
    const { home, project, load } = world()
    await setAuthToken({ userConfigFile: join(home, '.npmrc') }, REGISTRY, token)
    expect((await load({ npm_config_registry: REGISTRY })).credentialsFor('http://h:1/npm/a')).toBe(`Bearer ${token}`)
    const config = await loadNpmConfig({ cwd: project, env: { npm_config_registry: REGISTRY }, home })
    expect(config.credentialsFor('http://h:1/npm/a')).toBe(`Bearer ${token}`)
  })

  test('a token that would be more than a token is refused', async () => {
    for (const token of ['', 'a b', 'a\nregistry=http://evil/', '${HOME}', 'x'.repeat(5000)]) {
      const file = fileOf('a=b')
      expect(await failureOf(setAuthToken(file, REGISTRY, token))).toEqual({
        code: 'TOKEN_INVALID',
        message: 'http://h:1/npm gave a token that no .npmrc can hold',
        hint: undefined,
      })
      expect(file.text()).toBe('a=b')
    }
  })

  test('a link to the real file stays a link', async () => {
    const file = fileOf('a=b\n')
    const real = join(file.home, 'dotfiles-npmrc')
    renameSync(file.userConfigFile, real)
    symlinkSync(real, file.userConfigFile)
    await setAuthToken(file, REGISTRY, 't')
    expect(lstatSync(file.userConfigFile).isSymbolicLink()).toBe(true)
    expect(readFileSync(real, 'utf8')).toBe(`a=b\n${LINE}`)
  })

  test('a file that cannot be written is an error', async () => {
    const file = fileOf()
    mkdirSync(file.userConfigFile)
    expect(await failureOf(setAuthToken(file, REGISTRY, 't'))).toEqual({
      code: 'NPMRC_UNWRITABLE',
      message: `${file.userConfigFile} cannot be written (EISDIR)`,
      hint: undefined,
    })
    writeFileSync(join(file.home, 'plain'), '')
    const below = { userConfigFile: join(file.home, 'plain', '.npmrc') }
    expect((await failureOf(setAuthToken(below, REGISTRY, 't'))).code).toBe('NPMRC_UNWRITABLE')
  })
})

describe('removeAuthToken', () => {
  test('takes every credential of the registry, and nothing else', async () => {
    const kept = '; mine\n//h:1/:_authToken=x\n//h:1/npm/other/:_authToken=y\n//h:1/npm/:certfile=c\n'
    const file = fileOf(
      `//h:1/npm/:_authToken=t\n${kept}//h:1/npm:_auth=a\n//h:1/npm/:username=u\n//h:1/npm/:_password=p\n`,
    )
    expect(await removeAuthToken(file, REGISTRY)).toBe(true)
    expect(file.text()).toBe(kept)
    expect(await removeAuthToken(file, REGISTRY)).toBe(false)
    expect(file.text()).toBe(kept)
  })

  test('without a file there is nothing to do, and none is made', async () => {
    const file = fileOf()
    expect(await removeAuthToken(file, REGISTRY)).toBe(false)
    expect(readdirSync(file.home)).toEqual([])
  })
})
