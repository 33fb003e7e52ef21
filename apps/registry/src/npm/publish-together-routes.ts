/**
 * Several packages that become visible at one moment: `POST /-/alkahest/publish`, each line of the body what `PUT /{package}`
 * takes. A workspace is published so: whoever installs meanwhile gets all of its new versions or none.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { linesOf } from '../lines-of.ts'
import { Refusal, refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import type { ReceivedBody } from '../services/publishing.ts'
import { requireWriter } from './package-url.ts'

/** The largest workspaces that publish together have some hundred packages. */
const PACKAGES_MAX = 500

export async function publishTogetherRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.post('/-/alkahest/publish', (request, reply) => publishTogether(registry, request, reply))
}

async function publishTogether(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const principal = requireWriter(request, 'publishing')
  request.trail = { ...request.trail, kind: 'publish' }
  const received: ReceivedBody[] = []
  try {
    for await (const line of linesOf(request.body as AsyncIterable<Uint8Array>)) {
      if (received.length === PACKAGES_MAX) {
        throw new Refusal(413, `at most ${PACKAGES_MAX} packages are published together`)
      }
      registry.publishing.admit(principal)
      const body = await registry.publishing.receive(line)
      received.push(body)
      requireWriter(request, `publishing ${body.document.name}`, body.document.name)
    }
    if (received.length === 0) throw refusals.invalid('a publish needs a package')
  } catch (cause) {
    for (const { tarball } of received) await tarball?.abort()
    throw cause
  }
  const published = await registry.publishing.publishTogether(received, principal)
  return reply.code(201).send({ ok: true, published: published.map(({ name, version }) => `${name}@${version}`) })
}
