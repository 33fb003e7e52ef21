/** An npm registry with two packages, served as npm expects it; the tests make it lie, stall and count. */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { packTarball } from '@alkahest/protocol'

export type FakePackage = {
  readonly name: string
  /** The program inside: path to the text of a shell script. */
  readonly program: readonly [path: string, script: string]
}

export type FakeRegistry = {
  readonly url: string
  /** Paths of the tarballs that were asked for, in order. */
  readonly tarballRequests: string[]
  /** The sha512 of each package's true tarball. */
  readonly integrity: Readonly<Record<string, string>>
  /** What goes over the line instead of a tarball from now on: another one, or nothing until the client hangs up. */
  misbehave: 'other bytes' | 'stall' | undefined
  readonly close: () => Promise<void>
}

const VERSION = '1.0.0'

export async function startFakeRegistry(packages: readonly FakePackage[]): Promise<FakeRegistry> {
  const tarballs = new Map(packages.map((entry) => [entry.name, packTarball(filesOf(entry))]))
  const tampered = new Map(packages.map((entry) => [entry.name, packTarball(filesOf(tamperWith(entry))).bytes]))
  const server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry: FakeRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tarballRequests: [],
    integrity: Object.fromEntries([...tarballs].map(([name, { integrity }]) => [name, integrity])),
    misbehave: undefined,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return registry

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const [, name = '', file] =
      /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+))?$/.exec(decodeURIComponent(request.url ?? '')) ?? []
    const tarball = tarballs.get(name)
    if (tarball === undefined) {
      response.writeHead(404).end('{}')
      return
    }
    if (file === undefined) {
      const dist = { tarball: `${registry.url}${name}/-/x.tgz`, integrity: tarball.integrity, shasum: tarball.shasum }
      const versions = { [VERSION]: { name, version: VERSION, dist } }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ name, 'dist-tags': { latest: VERSION }, versions }))
      return
    }
    registry.tarballRequests.push(name)
    if (registry.misbehave === 'stall') response.writeHead(200).flushHeaders()
    else response.end(registry.misbehave === 'other bytes' ? tampered.get(name) : tarball.bytes)
  }
}

function tamperWith({ name, program: [path, script] }: FakePackage): FakePackage {
  return { name, program: [path, `${script}echo and something that nobody reviewed\n`] }
}

function filesOf({ name, program: [path, script] }: FakePackage): Parameters<typeof packTarball>[0] {
  return [
    { path: 'package.json', content: Buffer.from(JSON.stringify({ name, version: VERSION })) },
    { path, content: Buffer.from(script), executable: true },
  ]
}
