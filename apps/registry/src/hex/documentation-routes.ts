/**
 * `/-/hex/docs/REPOSITORY/NAME/VERSION/...`: published documentation as pages. They are strangers' scripts on our address: the sandbox gives them an
 * origin of their own, so that they can neither read what the browser is signed in to nor act with it.
 */
import { extname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { etagOfBlob, sendUnlessKnown } from '../conditional.ts'
import { parameterOf } from '../request-parameters.ts'
import type { Registry } from '../registry.ts'
import { hexRefusals } from './hex-refusal.ts'

const SANDBOX = 'sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
}

export async function documentationRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.get('/-/hex/docs/:repository/:name/:version/*', async (request, reply) => {
    const { repositories, index, edits } = registry.hex
    const repository = await repositories.requireReadable(parameterOf(request, 'repository'), request.principal)
    const record = await index.package(repository.name, parameterOf(request, 'name'))
    const version = parameterOf(request, 'version')
    const path = parameterOf(request, '*').replace(/(^|\/)$/, '$1index.html')
    const archive = record?.releases.find((release) => release.version === version)?.documentation
    if (record === undefined || archive === undefined) throw hexRefusals.notFound()
    reply.header('content-security-policy', SANDBOX)
    // Pages in a sandbox have no origin: their fonts would not load otherwise.
    if (repository.main) reply.header('access-control-allow-origin', '*')
    reply.header('cache-control', repository.main ? 'public, max-age=60' : 'private, no-cache')
    const page = await edits.documentationPage(record, version, path)
    if (page === undefined) throw hexRefusals.notFound()
    return sendUnlessKnown({ request, reply }, etagOfBlob(archive.integrity), () =>
      reply.type(TYPES[extname(path)] ?? 'application/octet-stream').send(page),
    )
  })
}
