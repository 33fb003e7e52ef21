/** An npm registry made here: a packument of react's size with one tarball, and one of twenty megabytes that is another one at each request. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** As many as react has. */
const VERSIONS = 2900
const TARBALL_SIZE = 1024 * 1024
const HUGE_SIZE = 20 * 1024 * 1024

/** In bytes: what a version of the huge one says beside the rest. */
const PADDING = 6000

export type Upstream = { readonly url: string; readonly stop: () => Promise<void> }

export async function startUpstream(): Promise<Upstream> {
  const tarball = randomBytes(TARBALL_SIZE)
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  let asked = 0
  const server = createServer((request, response) => {
    if (request.url === '/package.tgz') return response.end(tarball)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/package.tgz`
    if (request.url === '/huge') return response.end(documentOf('huge', { url, integrity, note: `${asked++}` }))
    return response.end(documentOf('react', { url, integrity, note: '' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

type Facts = { readonly url: string; readonly integrity: string; readonly note: string }

const texts = new Map<string, string>()

/** The text is made once; what differs is put in. */
function documentOf(name: 'react' | 'huge', { url, integrity, note }: Facts): string {
  let text = texts.get(name)
  if (text === undefined) {
    const count = name === 'huge' ? Math.ceil(HUGE_SIZE / (PADDING + 400)) : VERSIONS
    const padding = name === 'huge' ? { scripts: { build: randomBytes(PADDING / 2).toString('hex') } } : {}
    const versions = Array.from({ length: count }, (_, index) => {
      const version = `1.${Math.floor(index / 100)}.${index % 100}`
      const other = `sha512-${createHash('sha512').update(version).digest('base64')}`
      const dist = {
        tarball: url,
        integrity: index === 0 ? integrity : other,
        shasum: createHash('sha1').update(version).digest('hex'),
      }
      return [version, { name, version, dependencies: { 'loose-envify': `^1.${index % 7}.0` }, ...padding, dist }]
    })
    const latest = versions.at(-1)?.[0]
    text = JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions), description: '' })
    texts.set(name, text)
  }
  return note === '' ? text : text.replace(/"description":""\}$/, `"description":"${note}"}`)
}
