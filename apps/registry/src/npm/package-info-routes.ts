/** What is asked about a package beside its documents: who may see it, who owns it, where it came from. */
import { asVersion, isPackageName } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, PackageHead } from '../ports/package-index.ts'
import { refusals } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { PROVENANCE_TYPE } from '../services/publishing.ts'
import { maySee } from '../services/visibility.ts'
import { objectOf, packageRoute, requireWriter } from './package-url.ts'
import { parameterOf } from '../request-parameters.ts'

/** npm's three words for two things. */
const accessWords: Readonly<Record<string, Access>> = {
  public: 'public',
  private: 'restricted',
  restricted: 'restricted',
}

export async function packageInfoRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  packageRoute(
    app,
    'GET',
    '/-/package/{package}/visibility',
  )(async (name, request) => {
    const head = await visibleHead(registry, name, request)
    return { public: head.access === 'public' }
  })
  packageRoute(
    app,
    'GET',
    '/-/package/{package}/collaborators',
  )(async (name, request) => {
    const head = await visibleHead(registry, name, request)
    return Object.fromEntries(head.owners.map((owner) => [owner, 'write']))
  })
  packageRoute(
    app,
    'GET',
    '/-/package/{package}/access',
  )(async (name, request) => {
    const head = await visibleHead(registry, name, request)
    return { access: head.access }
  })
  packageRoute(app, 'POST', '/-/package/{package}/access')((name, request) => setAccess(registry, name, request))
  packageRoute(
    app,
    'GET',
    '/-/alkahest/explain/{package}',
  )(async (name, request) => {
    const head = await registry.index.head(name)
    // Owners and existence of what someone may not see are not explained to him either.
    if (!maySee({ name, restricted: head?.access === 'restricted' }, request.principal)) throw refusals.notFound(name)
    return registry.names.explain(name)
  })
  app.get('/-/npm/v1/attestations/*', (request, reply) => attestations(registry, request, reply))
}

async function visibleHead(registry: Registry, name: PackageName, request: FastifyRequest): Promise<PackageHead> {
  const head = await registry.index.head(name)
  if (head === undefined || !maySee({ name, restricted: head.access === 'restricted' }, request.principal))
    throw refusals.notFound(name)
  return head
}

async function setAccess(registry: Registry, name: PackageName, request: FastifyRequest): Promise<object> {
  const principal = requireWriter(request, `changing who may see ${name}`, name)
  const access = accessWords[String(objectOf(request).access)]
  if (access === undefined) throw refusals.invalid('the access of a package is "public" or "restricted"')
  await registry.edits.setAccess(name, access, principal)
  return { ok: `${name} is ${access}` }
}

/** `{package}@{version}`, as npm writes it behind the path. */
async function attestations(registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const wanted = parameterOf(request, '*')
  const at = wanted.lastIndexOf('@')
  const name = wanted.slice(0, at)
  const version = asVersion(wanted.slice(at + 1))
  if (at < 1 || !isPackageName(name) || version === undefined) throw refusals.notFound(`the attestations of ${wanted}`)
  await visibleHead(registry, name, request)
  const provenance = await registry.index.provenance(name, version)
  if (provenance === undefined) throw refusals.notFound(`the attestations of ${wanted}`)
  // The bundle is JSON text that was checked when it was published: it goes out as it came in.
  const text = `{"attestations":[{"predicateType":${JSON.stringify(PROVENANCE_TYPE)},"bundle":${provenance.bundle}}]}`
  return reply.type('application/json; charset=utf-8').send(text)
}
