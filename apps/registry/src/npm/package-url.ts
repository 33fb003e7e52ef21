/** Packages in paths: each route exists once for `name` and once for `@scope/name`. */
import { asVersion } from '@alkahest/core'
import type { PackageName, Version } from '@alkahest/core'
import { isServedName } from '@alkahest/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { Refusal, refusals } from '../refusal.ts'
import type { Principal } from '../services/accounts.ts'
import { tokenCovers } from '../services/visibility.ts'

export type PackageHandler = (name: PackageName, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** `{package}` in the path stands for a package's name. */
export function packageRoute(
  app: FastifyInstance,
  method: HTTPMethods | HTTPMethods[],
  path: string,
): (handler: PackageHandler) => void {
  return (handler) => {
    for (const parameters of [':name', '@:scope/:name']) {
      app.route({
        method,
        url: path.replace('{package}', parameters),
        handler: async (request, reply) => handler(packageOf(request), request, reply),
      })
    }
  }
}

export function packageOf(request: FastifyRequest): PackageName {
  const { scope, name } = request.params as { scope?: string; name: string }
  const text = scope === undefined ? name : `@${scope}/${name}`
  if (!isServedName(text)) throw refusals.invalid(`${JSON.stringify(text.slice(0, 100))} is not a package name`)
  request.trail = { ...request.trail, name: text }
  return text
}

/** The version in a tarball's file name, whatever else the name says: `name-1.0.0.tgz`, `@scope/name-1.0.0.tgz`. */
export function versionOfFile(name: PackageName, file: string): Version | undefined {
  const last = file.slice(file.lastIndexOf('/') + 1)
  const unscoped = name.slice(name.indexOf('/') + 1)
  if (!last.startsWith(`${unscoped}-`) || !last.endsWith('.tgz')) return undefined
  return asVersion(last.slice(unscoped.length + 1, -'.tgz'.length))
}

/** Who is asking, or a 401 that says what for. */
export function requirePrincipal(request: FastifyRequest, what: string): Principal {
  if (request.principal === undefined) throw refusals.unauthenticated(what)
  return request.principal
}

/** Who may change things: not a token that only reads, nor one that is for other packages. */
export function requireWriter(request: FastifyRequest, what: string, name?: PackageName): Principal {
  const principal = requirePrincipal(request, what)
  const { token } = principal
  if (token?.readOnly === true) throw refusals.forbidden(`this token can only read: ${what} needs one that can write`)
  if (name !== undefined && token !== undefined && !tokenCovers(token, name)) {
    throw refusals.forbidden(`this token is not for ${name}`)
  }
  return principal
}

/** The body as an object, or a 400. */
export function objectOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refusal(400, 'the body is not a JSON object')
  return body as Record<string, unknown>
}
