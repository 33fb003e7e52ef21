import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { world } from './worlds.ts'

const REGISTRY = 'registry=http://h/\n'

async function proxyOf(user: string, env: Record<string, string>, url: string): Promise<string | undefined> {
  return (await world({ user: REGISTRY + user }).load(env)).connectionFor(new URL(url)).proxy
}

describe('proxies', () => {
  const env = { HTTP_PROXY: 'http://plain:1', https_proxy: 'http://secure:2' }

  test.each([
    ['the variables', '', env, 'http://h/', 'http://plain:1/'],
    ['the variables, for TLS', '', env, 'https://h/', 'http://secure:2/'],
    ['the setting before the variable', 'proxy=http://set:3', env, 'http://h/', 'http://set:3/'],
    ['https-proxy for TLS', 'proxy=http://set:3\nhttps-proxy=http://tls:4', env, 'https://h/', 'http://tls:4/'],
    ['proxy for TLS too', 'proxy=http://set:3', env, 'https://h/', 'http://set:3/'],
    ['an address without protocol', 'proxy=set:3', {}, 'http://h/', 'http://set:3/'],
    ['switched off', 'proxy=null', env, 'http://h/', undefined],
    ['npm_config_proxy', '', { npm_config_proxy: 'http://env:5' }, 'http://h/', 'http://env:5/'],
    ['nothing', '', {}, 'http://h/', undefined],
    ['localhost', '', env, 'http://localhost:4873/', undefined],
    ['127.0.0.1', '', env, 'http://127.0.0.1:4873/', undefined],
    ['::1', '', env, 'http://[::1]:4873/', undefined],
    ['NO_PROXY', '', { ...env, NO_PROXY: 'other, h' }, 'http://h/', undefined],
    ['NO_PROXY of a domain', '', { ...env, NO_PROXY: '.example.org' }, 'http://a.b.example.org/', undefined],
    [
      'NO_PROXY of another domain',
      '',
      { ...env, NO_PROXY: 'example.org' },
      'http://notexample.org/',
      'http://plain:1/',
    ],
    ['NO_PROXY with a port', '', { ...env, NO_PROXY: 'h:81' }, 'http://h/', 'http://plain:1/'],
    ['NO_PROXY with this port', '', { ...env, NO_PROXY: 'h:80' }, 'http://h/', undefined],
    ['NO_PROXY for all', '', { ...env, no_proxy: '*' }, 'http://h/', undefined],
    ['noproxy before NO_PROXY', 'noproxy=other', { ...env, NO_PROXY: 'h' }, 'http://h/', 'http://plain:1/'],
  ])('%s', async (...row) => {
    const [, user, env, url, proxy] = row
    expect(await proxyOf(user, env, url)).toBe(proxy)
  })

  test('that are no http address are an error', async () => {
    await expect(proxyOf('', { HTTP_PROXY: 'socks5://user:pass@h:1' }, 'http://h/')).rejects.toThrow(
      /^HTTP_PROXY names a proxy that is no http address$/,
    )
  })
})

describe('certificates', () => {
  const url = new URL('https://h/npm/lodash')

  test('nothing configured, or no TLS: nothing to say', async () => {
    const config = await world({ user: `${REGISTRY}strict-ssl=false` }).load()
    expect(config.connectionFor(new URL('http://h/')).tls).toBeUndefined()
    expect((await world({ user: REGISTRY }).load()).connectionFor(url).tls).toBeUndefined()
  })

  test('cafile, ca, strict-ssl', async () => {
    const { folder, load } = world({ user: `${REGISTRY}cafile=~/ca.pem\nstrict-ssl=false` })
    writeFileSync(join(folder, 'home', 'ca.pem'), 'PEM')
    expect((await load()).connectionFor(url).tls).toEqual({ ca: ['PEM'], rejectUnauthorized: false })
    const inline = world({ user: `${REGISTRY}ca[]=one\\nline\nca[]=two` })
    expect((await inline.load()).connectionFor(url).tls).toEqual({ ca: ['one\nline', 'two'] })
  })

  test('a client certificate goes to its own registry', async () => {
    const { folder, load } = world({ user: `${REGISTRY}//h/npm/:certfile=../c.pem\n//h/npm/:keyfile=../k.pem` })
    writeFileSync(join(folder, 'c.pem'), 'CERT')
    writeFileSync(join(folder, 'k.pem'), 'KEY')
    const config = await load()
    expect(config.connectionFor(new URL('https://h/other')).tls).toBeUndefined()
    expect(config.connectionFor(url).tls).toEqual({ cert: 'CERT', key: 'KEY' })
    expect(config.connectionFor(new URL('https://cdn/npm/')).tls).toBeUndefined()
    expect(config.connectionFor(new URL('https://h/npm/react')).tls).toBe(config.connectionFor(url).tls)
  })

  test('that cannot be read are an error', async () => {
    const { home, project, load } = world({ user: `${REGISTRY}cafile=gone.pem` })
    const config = await load()
    expect(() => config.connectionFor(url)).toThrow(
      `${join(project, 'gone.pem')}, which ${join(home, '.npmrc')}:2 names, cannot be read (ENOENT)`,
    )
  })
})
