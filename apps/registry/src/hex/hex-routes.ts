/** Everything that Hex clients ask for, with its own bodies and errors. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from '../registry.ts'
import { accountApiRoutes } from './account-api-routes.ts'
import { documentationRoutes } from './documentation-routes.ts'
import { answerHexError } from './hex-media.ts'
import { oauthRoutes } from './oauth-routes.ts'
import { packageApiRoutes } from './package-api-routes.ts'
import { repositoryRoutes } from './repository-routes.ts'

export async function hexRoutes(app: FastifyInstance, options: { readonly registry: Registry }): Promise<void> {
  app.removeAllContentTypeParsers()
  // As bytes: whether they are a term, JSON or an archive is the route's to say.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler(answerHexError)
  await app.register(repositoryRoutes, options)
  await app.register(accountApiRoutes, options)
  await app.register(oauthRoutes, options)
  await app.register(packageApiRoutes, options)
  await app.register(documentationRoutes, options)
}
