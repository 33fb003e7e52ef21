/**
 * The pages: what every answer carries, how failures look, and which page is where. Everything lies below {@link WEB_PREFIX}; why is told in
 * docs/internals/registry.md.
 */
import { UserError } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { loggedPath } from '../access-log.ts'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { accountRoutes } from './account-routes.ts'
import { iconAsset, styleAsset } from './assets.ts'
import { browseRoutes } from './browse-routes.ts'
import { errorPage } from './error-page.ts'
import { acceptForms } from './form.ts'
import { hexBrowseRoutes } from './hex-browse-routes.ts'
import { isOwnPath } from './links.ts'
import { ReadmeRenderer } from './readme-renderer.ts'
import { Readmes } from './readmes.ts'
import { Site } from './site.ts'
import { tokenRoutes } from './token-routes.ts'

/**
 * No script at all, nothing from other hosts, in nobody's frame, no form to anywhere else. `no-referrer`: the address of a private package's
 * page is nothing for the sites that its README links to.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'private, no-cache',
  vary: 'Accept, Cookie, Authorization',
}

export async function webRoutes(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  const renderer = new ReadmeRenderer()
  const readmes = new Readmes({ tarballs: registry.tarballs, renderer })
  const site = new Site(registry)
  app.addHook('onClose', () => renderer.close())
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS)
    done()
  })
  acceptForms(app)
  app.setErrorHandler((error, request, reply) => answerFailure(site, error, { request, reply }))
  app.setNotFoundHandler((request, reply) =>
    answerFailure(site, new Refusal(404, 'There is no such page here.'), { request, reply }),
  )
  for (const asset of [styleAsset, iconAsset]) {
    app.get(`/${asset.file}`, (_request, reply) =>
      reply.type(asset.type).header('cache-control', 'public, max-age=31536000, immutable').send(asset.body),
    )
  }
  await app.register(browseRoutes, { site, readmes })
  await app.register(hexBrowseRoutes, { site, readmes })
  await app.register(accountRoutes, { site })
  await app.register(tokenRoutes, { site })
}

/** Under another handler than the API's: a person reads it. */
async function answerFailure(
  site: Site,
  error: unknown,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const { request, reply } = exchange
  const refusal = refusalOf(error)
  if (refusal.status === 500) {
    process.stderr.write(`${request.method} ${loggedPath(request.url)}: ${(error as Error).stack ?? String(error)}\n`)
  }
  reply.code(refusal.status).headers(refusal.headers).header('cache-control', 'no-store')
  const visit = await site.visit(request)
  const maySignIn = refusal.status === 404 && visit.principal === undefined
  const signIn = maySignIn ? site.links.login(isOwnPath(request.url) ? request.url : undefined) : undefined
  return site.send(
    exchange,
    errorPage(site.links, { status: refusal.status, sentence: refusal.message, signIn }),
    visit,
  )
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof UserError) return new Refusal(400, error.message)
  const { statusCode = 500, message } = error as { statusCode?: number; message: string }
  return statusCode < 500
    ? new Refusal(statusCode, message)
    : new Refusal(500, 'the registry failed at this request; its log says why')
}
