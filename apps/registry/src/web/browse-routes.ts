/** Looking: the front page, search, packages. Who may see what is what the API says: what he may not see does not exist. */
import { isPackageName } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { parseSearch } from '../npm/registry-routes.ts'
import { packageOf } from '../npm/package-url.ts'
import { parameterOf } from '../request-parameters.ts'
import type { SearchResult } from '../ports/package-index.ts'
import { refusals } from '../refusal.ts'
import type { PackageOverview } from '../services/package-overviews.ts'
import { homePage } from './home-page.ts'
import {
  DEPENDENTS_SHOWN,
  VERSIONS_PER_PAGE,
  chosenVersion,
  dependenciesTab,
  dependentsTab,
  npmPackageView,
  readmeTab,
  versionsTab,
} from './npm-package-view.ts'
import { packagePage } from './package-page.ts'
import type { PackageTab } from './package-view.ts'
import type { Readmes } from './readmes.ts'
import { HITS_PER_PAGE, searchPage } from './search-page.ts'
import type { Exchange, Site } from './site.ts'
import type { Visit } from './visit.ts'

const HOME_HITS = 10
const QUERY_LENGTH_MAX = 500
const PAGE_MAX = 100_000

export async function browseRoutes(
  app: FastifyInstance,
  { site, readmes }: { readonly site: Site; readonly readmes: Readmes },
): Promise<void> {
  const firstPackages = new FirstPackages(site)
  app.get('/', (request, reply) => home(site, firstPackages, { request, reply }))
  app.get('/search', (request, reply) => search(site, { request, reply }))
  for (const path of ['/npm/:name', '/npm/:name/v/:version', '/npm/@:scope/:name', '/npm/@:scope/:name/v/:version']) {
    app.get(path, (request, reply) => showPackage(site, readmes, { request, reply }))
  }
}

async function home(site: Site, firstPackages: FirstPackages, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links, host } = site
  const visit = await site.visit(exchange.request)
  const packages = await firstPackages.get(visit.principal !== undefined)
  return site.send(exchange, homePage({ links, host, url: registry.baseUrl, packages }), visit)
}

/** What the front page lists: looked for again when something was written, since it means going through all packages. */
class FirstPackages {
  readonly #site: Site
  readonly #known = new Map<boolean, { readonly stamp: number; readonly packages: SearchResult }>()

  constructor(site: Site) {
    this.#site = site
  }

  /** @param restricted whether those that are not for everyone are among them */
  async get(restricted: boolean): Promise<SearchResult> {
    const { index } = this.#site.registry
    // Taken before anything is read: what is written meanwhile makes the answer old, never the other way round.
    const stamp = index.stamp()
    const known = this.#known.get(restricted)
    if (known !== undefined && known.stamp === stamp) return known.packages
    const packages = await index.search(parseSearch('', { size: String(HOME_HITS) }, restricted))
    if (stamp !== undefined) this.#known.set(restricted, { stamp, packages })
    return packages
  }
}

async function search(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links } = site
  const visit = await site.visit(exchange.request)
  const query = queryOf(exchange, 'q').trim().slice(0, QUERY_LENGTH_MAX)
  const page = pageOf(exchange)
  const range = { size: String(HITS_PER_PAGE), from: String((page - 1) * HITS_PER_PAGE) }
  const result = await registry.index.search(parseSearch(query, range, visit.principal !== undefined))
  const upstreamName = await upstreamNameOf(site, query)
  return site.send(exchange, searchPage({ links, query, page, result, upstreamName }), visit)
}

/** Nothing is asked of the upstream for it: only whether it would be. */
async function upstreamNameOf({ registry }: Site, query: string): Promise<string | undefined> {
  if (!isPackageName(query)) return undefined
  return (await registry.names.standing(query)).kind === 'upstream' ? query : undefined
}

async function showPackage(site: Site, readmes: Readmes, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links } = site
  const { request } = exchange
  const visit = await site.visit(request)
  const name = packageOf(request)
  const overview = await registry.overviews.get(name)
  if (overview === undefined || !maySee(overview, visit)) throw refusals.notFound(name)
  const wanted = parameterOf(request, 'version')
  const version = chosenVersion(overview, wanted === '' ? undefined : wanted)
  const [manifest] = version === undefined ? [] : await overview.manifests([version])
  if (version === undefined || manifest === undefined) throw refusals.notFound(`${name}@${wanted}`)
  const tab = await tabOf({ site, readmes, exchange, visit, overview, version })
  const tarball = await registry.index.tarball(name, version)
  const { baseUrl } = registry
  const view = npmPackageView({ links, baseUrl, overview, version, manifest, tarball, tab })
  return site.send(exchange, packagePage(links, view), visit)
}

type TabFacts = {
  readonly site: Site
  readonly readmes: Readmes
  readonly exchange: Exchange
  readonly visit: Visit
  readonly overview: PackageOverview
  readonly version: Version
}

async function tabOf({ site, readmes, exchange, visit, overview, version }: TabFacts): Promise<PackageTab> {
  const { links, registry } = site
  switch (queryOf(exchange, 'tab')) {
    case 'dependencies': {
      const [manifest = {}] = await overview.manifests([version])
      return dependenciesTab(links, manifest)
    }
    case 'dependents': {
      const options = { restricted: visit.principal !== undefined, size: DEPENDENTS_SHOWN }
      return dependentsTab(links, await registry.index.browser.dependents(overview.name, options))
    }
    case 'versions': {
      const last = Math.max(1, Math.ceil(overview.versions.length / VERSIONS_PER_PAGE))
      return versionsTab({ links, overview, version, page: Math.min(pageOf(exchange), last) })
    }
    default:
      return readmeTab(await readmes.get(overview, version))
  }
}

/** As in the API: a restricted package is there for those who are signed in. */
function maySee({ restricted }: PackageOverview, { principal }: Visit): boolean {
  return !restricted || principal !== undefined
}

function queryOf({ request }: Exchange, name: string): string {
  const value = (request.query as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
}

function pageOf(exchange: Exchange): number {
  const page = Number(queryOf(exchange, 'page'))
  return Number.isSafeInteger(page) && page >= 1 ? Math.min(page, PAGE_MAX) : 1
}
