/** One real cause for each error that http, npm-config and this package have, against the text kept in test/goldens/errors. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { asVersion, parsePackageName } from '@alkahest/core'
import type { ErrorCode, UserError } from '@alkahest/core'
import { createHttp } from '@alkahest/http'
import { setAuthToken } from '@alkahest/npm-config'
import { expectErrorGolden } from '@alkahest/test-support'
import { onTestFinished, test } from 'vitest'
import { fakeRegistry, homeFor, readAll } from './fake-registry.ts'
import type { FakeRegistry, World } from './fake-registry.ts'

const lodash = parsePackageName('lodash')
const version = asVersion('4.17.21')!

type Cause = (world: World, registry: FakeRegistry) => Promise<unknown>

/** The registry answers every request so. */
const answering = (status: number, error: string, headers: Record<string, string> = {}): Cause => {
  return async (world, registry) => {
    registry.answer = (_line, response) => Boolean(response.writeHead(status, headers).end(JSON.stringify({ error })))
    return (await world.open()).publish({ name: 'lodash', versions: { '4.17.21': {} } })
  }
}

const npmrc = (world: World, text: string): void => writeFileSync(join(world.home, '.npmrc'), text)

/** Something else than our fake is at the registry's address. */
async function behind(world: World, url: string): Promise<unknown> {
  const client = await world.open()
  return client.whoami({ registry: url })
}

/** The folder of a registry in the cache. */
function folderOf(registry: string): string {
  return createHash('sha256').update(registry).digest('hex').slice(0, 16)
}

const causes: Partial<Record<ErrorCode, Cause>> = {
  CACHE_UNWRITABLE: async (world, registry) => {
    registry.documents.set('lodash', { name: 'lodash', versions: {} })
    const client = await world.open()
    // A folder where the file should be: the rename fails, as it does on a full disk.
    registry.answer = (_line, response) => {
      mkdirSync(join(world.cacheDirectory, 'packuments-1', folderOf(registry.url), 'lodash', 'x'), { recursive: true })
      return Boolean(response.end(JSON.stringify(registry.documents.get('lodash'))))
    }
    return client.packageVersions(lodash)
  },
  LOGIN_EXPIRED: async (world, registry) => {
    registry.answer = (line, response) => {
      const body = line.startsWith('POST') ? { loginUrl: registry.url, doneUrl: registry.url } : {}
      const status = line.startsWith('POST') ? 200 : 202
      return Boolean(response.writeHead(status, { 'retry-after': '30' }).end(JSON.stringify(body)))
    }
    return (await world.open()).webLogin(() => undefined)
  },
  LOGIN_REFUSED: async (world, registry) => {
    registry.answer = (_line, response) => Boolean(response.writeHead(401).end())
    return (await world.open()).login('bob', 'wrong')
  },
  NODE_TOO_OLD_FOR_PROXY: (_world, registry) => {
    const connectionFor = () => ({ proxy: registry.url, tls: undefined })
    const http = createHttp({ userAgent: 'alkahest/test', nodeVersion: '24.4.1', connectionFor })
    return http.fetch(registry.url, { purpose: 'get lodash' })
  },
  NPMRC_INVALID: async (world) => {
    npmrc(world, 'registry=registry.example')
    return world.open()
  },
  NPMRC_UNREADABLE: async (world) => {
    npmrc(world, 'registry=https://registry.example/\ncafile=gone.pem')
    return (await world.open()).ping()
  },
  NPMRC_UNWRITABLE: (world, registry) =>
    setAuthToken({ userConfigFile: join(world.home, '.npmrc', 'x') }, registry.url, 't'),
  OFFLINE_MISSING: async (world) => (await world.open({ offline: true })).packageVersions(lodash),
  REGISTRY_CONFLICT: answering(409, 'You cannot publish over the previously published versions: 4.17.21.'),
  REGISTRY_ERROR: answering(503, 'the registry is read-only for a moment'),
  REGISTRY_FORBIDDEN: answering(403, 'lodash belongs to somebody else'),
  REGISTRY_NONSENSE: async (world, registry) => {
    registry.answer = (_line, response) =>
      Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
    return (await world.open()).packageVersions(lodash)
  },
  REGISTRY_NOT_FOUND: async (world) => (await world.open()).owners(lodash),
  REGISTRY_OTP_NEEDED: answering(401, 'a one-time password is needed', { 'www-authenticate': 'OTP' }),
  REGISTRY_TIMEOUT: async (world, registry) => {
    npmrc(world, `registry=${registry.url}\nfetch-timeout=30`)
    registry.answer = () => true // and says nothing
    return (await world.open()).packageVersions(lodash)
  },
  REGISTRY_TOO_LARGE: async (world, registry) => {
    registry.answer = (_line, response) => Boolean(response.end('x'.repeat(2000)))
    return (await world.open()).http.fetch(registry.url, { purpose: 'get lodash', sizeMax: 1000 })
  },
  REGISTRY_UNAUTHORIZED: answering(401, 'this registry is private'),
  // Port 1 is tcpmux: nothing listens there.
  REGISTRY_UNREACHABLE: (world) => behind(world, 'http://127.0.0.1:1/'),
  REGISTRY_UNTRUSTED: async (world) => {
    const fixture = (file: string) => readFileSync(new URL(`../../http/test/fixtures/${file}`, import.meta.url))
    const server = createServer({ cert: fixture('server.crt'), key: fixture('server.key') }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
    return behind(world, url).catch((error: unknown) => {
      ;(error as UserError).message = (error as UserError).message.replace(new URL(url).origin, '<registry>')
      throw error
    })
  },
  TARBALL_MISSING: async (world) => readAll((await world.open()).tarball({ name: lodash, version })),
  TOKEN_INVALID: (world, registry) => setAuthToken({ userConfigFile: join(world.home, '.npmrc') }, registry.url, 'a b'),
}

test.each(Object.keys(causes) as ErrorCode[])('%s', async (code) => {
  const registry = await fakeRegistry()
  const world = homeFor(registry)
  const error: unknown = await causes[code]!(world, registry).then(
    () => undefined,
    (error: unknown) => error,
  )
  const replace = { '<home>': world.home, '<registry>': registry.url.slice(0, -1), '<key>': folderOf(registry.url) }
  expectErrorGolden(code, error, { replace })
})
