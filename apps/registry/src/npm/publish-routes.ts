/** Changing packages: publish, deprecate, star, owners, unpublish. Bodies are read as they arrive, since they may hold a tarball. */
import { asJsonObject } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { packageRoute, requireWriter, versionOfFile } from './package-url.ts'
import { parameterOf } from '../request-parameters.ts'

export async function publishRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  await app.register(async (streaming) => {
    streaming.removeAllContentTypeParsers()
    streaming.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    packageRoute(streaming, 'PUT', '/{package}')((name, request, reply) => put(registry, { name, request, reply }))
  })
  packageRoute(
    app,
    'PUT',
    '/{package}/-rev/:revision',
  )(async (name, request) => {
    const principal = requireWriter(request, `changing ${name}`, name)
    const body = asJsonObject(request.body)
    if (body === undefined) throw refusals.invalid('the body is not a JSON object')
    await registry.edits.replace(name, body, { revision: parameterOf(request, 'revision'), principal })
    return { ok: `changed ${name}`, success: true }
  })
  packageRoute(
    app,
    'DELETE',
    '/{package}/-rev/:revision',
  )(async (name, request) => {
    const principal = requireWriter(request, `unpublishing ${name}`, name)
    await registry.edits.removeAll(name, { revision: parameterOf(request, 'revision'), principal })
    return { ok: `unpublished ${name}`, success: true }
  })
  packageRoute(app, 'DELETE', '/{package}/-/*')((name, request) => deleteTarball(registry, name, request))
}

type Exchange = { readonly name: PackageName; readonly request: FastifyRequest; readonly reply: FastifyReply }

async function put(registry: Registry, { name, request, reply }: Exchange): Promise<FastifyReply> {
  const principal = requireWriter(request, `publishing ${name}`, name)
  request.trail = { ...request.trail, kind: 'publish' }
  registry.publishing.admit(principal)
  const received = await registry.publishing.receive(request.body as AsyncIterable<Uint8Array>)
  if (received.tarball === undefined) {
    await registry.edits.update(name, received.document, principal)
    return reply.code(201).send({ ok: `changed ${name}`, success: true })
  }
  const [version] = Object.keys(received.document.versions)
  if (version !== undefined) request.trail = { ...request.trail, version }
  await registry.publishing.publish(name, received, principal)
  return reply.code(201).send({ ok: `published ${name}`, success: true })
}

/** The second half of npm's unpublish: the version is already gone when its document was sent back without it. */
async function deleteTarball(registry: Registry, name: PackageName, request: FastifyRequest): Promise<object> {
  requireWriter(request, `unpublishing ${name}`, name)
  const match = /^(.+)\/-rev\/[^/]+$/.exec(parameterOf(request, '*'))
  const version = versionOfFile(name, match?.[1] ?? '')
  if (version === undefined) throw refusals.notFound(`the file ${parameterOf(request, '*')} of ${name}`)
  if ((await registry.index.tarball(name, version)) !== undefined) {
    throw refusals.conflict(`${name}@${version} is still published: send its document without it first`)
  }
  return { ok: `unpublished ${name}@${version}`, success: true }
}
