/** Looking at Hex packages: `/hex/NAME` and, for who may see it, `/hex/ORGANISATION/NAME`. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isHexName } from '../hex/formats/hex-metadata.ts'
import type { HexContents } from '../hex/services/hex-contents.ts'
import type { HexPackageFacts, HexReleaseFacts } from '../hex/services/hex-packages.ts'
import type { HexRepository } from '../hex/services/hex-repositories.ts'
import { Refusal, refusals } from '../refusal.ts'
import { parameterOf } from '../request-parameters.ts'
import { pageOf, queryOf } from './asked.ts'
import {
  chosenRelease,
  hexDependenciesTab,
  hexDependentsTab,
  hexPackageView,
  hexVersionsTab,
} from './hex-package-view.ts'
import type { HexPage } from './hex-package-view.ts'
import { packagePage } from './package-page.ts'
import { VERSIONS_PER_PAGE } from './package-view.ts'
import type { PackageTab } from './package-view.ts'
import type { Readmes } from './readmes.ts'
import type { Exchange, Site } from './site.ts'
import type { Visit } from './visit.ts'

export async function hexBrowseRoutes(
  app: FastifyInstance,
  { site, readmes }: { readonly site: Site; readonly readmes: Readmes },
): Promise<void> {
  for (const path of ['/hex/:name', '/hex/:repository/:name']) {
    app.get(path, (request, reply) => showPackage(site, readmes, { request, reply }))
    app.get(`${path}/v/:version`, (request, reply) => showPackage(site, readmes, { request, reply }))
  }
}

async function showPackage(site: Site, readmes: Readmes, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links } = site
  const { hex } = registry
  const { request } = exchange
  const visit = await site.visit(request)
  const name = parameterOf(request, 'name')
  request.trail = { ...request.trail, name: `hex:${name}` }
  const repository = await repositoryOf(site, parameterOf(request, 'repository'), visit)
  const found = repository === undefined || !isHexName(name) ? undefined : await hex.packages.get(repository, name)
  const wanted = parameterOf(request, 'version')
  const release = found && chosenRelease(found, wanted === '' ? undefined : wanted)
  if (found === undefined || release === undefined) throw refusals.notFound(wanted === '' ? name : `${name} ${wanted}`)
  const contents = await contentsOf(site, found, release)
  const key = await hex.key()
  const page: HexPage = { links, describing: hex.describing(), found, release, contents, key }
  const view = hexPackageView(page, await tabOf({ site, readmes, exchange, visit, page }))
  return site.send(exchange, packagePage(links, view), visit)
}

/** Undefined when there is none, or none for this visitor. */
async function repositoryOf(site: Site, name: string, { principal }: Visit): Promise<HexRepository | undefined> {
  const { repositories } = site.registry.hex
  const readable = await repositories.readable(principal)
  return readable.find((each) => each.name === (name === '' ? repositories.main : name))
}

/** The page is there without it: what cannot be read now, the README's place tells. */
function contentsOf(site: Site, found: HexPackageFacts, release: HexReleaseFacts): Promise<HexContents | undefined> {
  return site.registry.hex.packages.contents(found, release).catch((cause: unknown) => {
    if (cause instanceof Refusal) return undefined
    throw cause
  })
}

type TabFacts = {
  readonly site: Site
  readonly readmes: Readmes
  readonly exchange: Exchange
  readonly visit: Visit
  readonly page: HexPage
}

async function tabOf({ site, readmes, exchange, visit, page }: TabFacts): Promise<PackageTab> {
  const { links, registry } = site
  const { packages, repositories } = registry.hex
  const { found, release } = page
  switch (queryOf(exchange, 'tab')) {
    case 'dependencies':
      return hexDependenciesTab(links, page, repositories.main)
    case 'dependents': {
      const readable = (await repositories.readable(visit.principal)).map(({ name }) => name)
      return hexDependentsTab(links, await packages.dependents(found, readable), repositories.main)
    }
    case 'versions': {
      const last = Math.max(1, Math.ceil(found.releases.length / VERSIONS_PER_PAGE))
      return hexVersionsTab(page, Math.min(pageOf(exchange), last))
    }
    default: {
      const read = async (): Promise<string> => (await packages.contents(found, release))?.readme ?? ''
      return { kind: 'readme', readme: await readmes.show(read) }
    }
  }
}
