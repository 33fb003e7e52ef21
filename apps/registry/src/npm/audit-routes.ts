/**
 * Security advisories: the upstream's, asked for without the names that are ours. The attack is a leak: a list of what a company publishes
 * privately, sent to a public registry with every install.
 */
import { asJsonObject, isPackageName } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import type { UpstreamRule } from '../services/names.ts'
import { objectOf } from './package-url.ts'

const NAMES_MAX = 20_000

export async function auditRoutes(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  app.post('/-/npm/v1/security/advisories/bulk', (request, reply) => bulk(registry, request, reply))
  for (const path of ['/-/npm/v1/security/audits', '/-/npm/v1/security/audits/quick']) {
    app.post(path, () => {
      throw new Refusal(410, 'this registry answers the bulk advisory endpoint only, as current clients ask it')
    })
  }
}

async function bulk(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const entries = Object.entries(objectOf(request))
  if (entries.length > NAMES_MAX) throw new Refusal(413, `an audit asks about at most ${NAMES_MAX} packages`)
  const byUpstream = new Map<UpstreamRule, Record<string, unknown>>()
  for (const [name, versions] of entries) {
    const standing = isPackageName(name) ? await registry.names.standing(name) : undefined
    if (standing?.kind !== 'upstream') continue
    const asked = byUpstream.get(standing.upstream) ?? {}
    asked[name] = versions
    byUpstream.set(standing.upstream, asked)
  }
  const found: Record<string, unknown> = {}
  for (const [upstream, asked] of byUpstream) Object.assign(found, await registry.advisories.ask(upstream, asked))
  return reply.send(asJsonObject(found))
}
