/** For whoever runs the registry: is it alive, is it ready, how does it do. */
import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'

export async function operationsRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.get('/-/health', () => ({ ok: true }))
  app.get('/-/ready', async (_request, reply) => {
    await registry.index.counts().catch((cause: unknown) => {
      throw new Refusal(503, `the index does not answer: ${(cause as Error).message}`)
    })
    return reply.send({ ok: true })
  })
  app.get('/-/metrics', async (_request, reply) => {
    const text = registry.metrics.format(await registry.index.counts())
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })
}
