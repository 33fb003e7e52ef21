/** The bytes of a published version: where they are, and how to have all of them over a connection that breaks. */
import { userError } from '@alkahest/core'
import type { Candidate, PackageName, Version } from '@alkahest/core'
import { checkStatus, isTransient } from '@alkahest/http'
import type { HttpResponse } from '@alkahest/http'
import { routes } from '@alkahest/protocol'
import type { Connection } from './connection.ts'

/** After the first, for a body that breaks off. */
const RESUMES_MAX = 2

/** Of a refusal, read for the server's own words. */
const REFUSAL_SIZE_MAX = 64 * 1024

export type TarballTarget =
  | Candidate
  | {
      readonly name: PackageName
      readonly version: Version
      /** From a lockfile; without it the registry's own rule holds. */
      readonly url?: string
    }

/** Where every npm registry has the tarball of a version. */
export function registryTarballUrl(registry: string, name: PackageName, version: Version): string {
  return `${registry.replace(/\/?$/, '/')}${routes.tarball(name, version)}`
}

/**
 * The address to fetch, by npm's `replace-registry-host`: a lockfile or a mirror may name the public registry, while
 * another one is configured that has the same packages.
 */
export async function tarballUrl(connection: Connection, target: TarballTarget): Promise<string> {
  const { config } = connection
  const registry = connection.registryOf(target.name)
  const given = 'dist' in target ? target.dist.tarball : target.url
  if (given === undefined) return registryTarballUrl(registry, target.name, target.version)
  const url = new URL(given)
  const rule = config.replaceRegistryHost
  if (rule === 'never' || url.host === new URL(registry).host) return given
  const replaced = rule === 'npmjs' ? await config.publicRegistry() : rule
  const rest = restAfter(url, replaced)
  return rest === undefined ? given : `${registry}${rest.replace(/^\/+/, '')}${url.search}`
}

/** What follows the replaced part: `always`, a host, or an address with a path of its own. */
function restAfter(url: URL, replaced: string): string | undefined {
  if (replaced === 'always' || replaced === url.host) return url.pathname
  const base = URL.parse(replaced)
  if (base?.host !== url.host || base.host === '') return undefined
  const path = base.pathname.replace(/\/?$/, '/')
  return url.pathname.startsWith(path) ? url.pathname.slice(path.length) : undefined
}

/**
 * Streams a tarball. When the connection breaks it is fetched again and the part that was passed on is skipped: the
 * bytes are hashed by whoever takes them, so a server that answers differently the second time is found out.
 */
export async function* streamTarball(
  connection: Connection,
  target: TarballTarget,
): AsyncGenerator<Uint8Array, void, undefined> {
  const purpose = `get ${target.name}@${target.version}`
  connection.checkOnline(purpose)
  const url = await tarballUrl(connection, target)
  let passed = 0
  for (let resumes = 0; ; resumes++) {
    const response = await open(connection, url, { purpose, name: target.name })
    let skip = passed
    try {
      for await (const chunk of response.body) {
        const rest = chunk.subarray(Math.min(skip, chunk.length))
        skip -= chunk.length - rest.length
        if (rest.length === 0) continue
        passed += rest.length
        yield rest
      }
      return
    } catch (error) {
      if (!isTransient(error) || resumes === RESUMES_MAX) throw error
    }
  }
}

async function open(
  connection: Connection,
  url: string,
  about: { readonly purpose: string; readonly name: PackageName },
): Promise<HttpResponse> {
  const authorization = connection.config.credentialsFor(url, connection.registryOf(about.name))
  const response = await connection.http.request(url, {
    purpose: about.purpose,
    // A tarball is compressed already; some servers would compress it again or say so by mistake.
    headers: { 'accept-encoding': 'identity', ...(authorization === undefined ? {} : { authorization }) },
  })
  if (response.status === 200) return response
  if (response.status === 404) {
    response.discard()
    throw userError(
      'TARBALL_MISSING',
      `cannot ${about.purpose}: ${new URL(url).origin} lists it but has no tarball at ${new URL(url).pathname}`,
      {
        hint: 'ask the operator of the registry, or use another version',
      },
    )
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > REFUSAL_SIZE_MAX) break
  }
  const answer = { ...response, body: Buffer.concat(chunks) }
  checkStatus(answer)
  throw userError(
    'REGISTRY_NONSENSE',
    `cannot ${about.purpose}: ${new URL(url).origin} answered ${response.status} instead of a tarball`,
  )
}
