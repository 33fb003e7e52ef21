/** Looking: the front page, search, packages. Who may see what is what the API says: what he may not see does not exist. */
import { isPackageName } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isHexName } from '../hex/formats/hex-metadata.ts'
import { packageOf } from '../npm/package-url.ts'
import { parameterOf } from '../request-parameters.ts'
import { refusals } from '../refusal.ts'
import type { Principal } from '../services/accounts.ts'
import type { PackageOverview } from '../services/package-overviews.ts'
import { maySee, seesAll } from '../services/visibility.ts'
import { pageOf, queryOf } from './asked.ts'
import { ecosystems, findPackages } from './found-packages.ts'
import type { Ecosystem, FoundPackages } from './found-packages.ts'
import { homePage } from './home-page.ts'
import {
  chosenVersion,
  dependenciesTab,
  dependentsTab,
  npmPackageView,
  readmeTab,
  versionsTab,
} from './npm-package-view.ts'
import { packagePage } from './package-page.ts'
import { DEPENDENTS_SHOWN, VERSIONS_PER_PAGE } from './package-view.ts'
import type { PackageTab } from './package-view.ts'
import type { Readmes } from './readmes.ts'
import { HITS_PER_PAGE, searchPage } from './search-page.ts'
import type { Exchange, Site } from './site.ts'
import type { Visit } from './visit.ts'

const HOME_HITS = 10
const QUERY_LENGTH_MAX = 500

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
  const packages = await firstPackages.get(visit.principal)
  const { fingerprint } = await registry.hex.key()
  const hexRepository = { main: registry.hex.repositories.main, fingerprint }
  return site.send(exchange, homePage({ links, host, url: registry.baseUrl, packages, hexRepository }), visit)
}

/** What the front page lists: looked for again when something was written, since it means going through all packages. */
class FirstPackages {
  readonly #site: Site
  /** By the repositories that the visitor may see. */
  readonly #known = new Map<string, Promise<FoundPackages>>()
  #stamp: number | undefined

  constructor(site: Site) {
    this.#site = site
  }

  async get(principal: Principal | undefined): Promise<FoundPackages> {
    const { registry } = this.#site
    // Taken before anything is read: what is written meanwhile makes the answer old, never the other way round.
    const stamp = registry.index.stamp()
    if (stamp === undefined || stamp !== this.#stamp) this.#known.clear()
    this.#stamp = stamp
    const readable = await registry.hex.repositories.readable(principal)
    const key = [seesAll(principal), ...readable.map(({ name }) => name)].join(' ')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = findPackages(registry, { text: '', only: undefined, from: 0, size: HOME_HITS, principal })
    this.#known.set(key, found)
    found.catch(() => this.#known.delete(key))
    return found
  }
}

async function search(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links } = site
  const visit = await site.visit(exchange.request)
  const query = queryOf(exchange, 'q').trim().slice(0, QUERY_LENGTH_MAX)
  const only = ecosystems.find((ecosystem) => ecosystem === queryOf(exchange, 'in'))
  const page = pageOf(exchange)
  const { principal } = visit
  const question = { text: query, only, from: (page - 1) * HITS_PER_PAGE, size: HITS_PER_PAGE, principal }
  const found = await findPackages(registry, question)
  const elsewhere = await namesElsewhere(site, query)
  return site.send(exchange, searchPage({ links, query, only, page, found, elsewhere }), visit)
}

/** Where the query is a name that may be upstream. Nothing is asked of the upstream for it: only whether it would be. */
async function namesElsewhere({ registry }: Site, query: string): Promise<readonly Ecosystem[]> {
  const { hex } = registry
  const npm = isPackageName(query) && (await registry.names.standing(query)).kind === 'upstream'
  const asksHex =
    hex.upstream !== undefined &&
    isHexName(query) &&
    (await hex.index.head(hex.repositories.main, query)) === undefined &&
    !(await hex.upstream.isClaimed(query))
  return [...(npm ? (['npm'] as const) : []), ...(asksHex ? (['hex'] as const) : [])]
}

async function showPackage(site: Site, readmes: Readmes, exchange: Exchange): Promise<FastifyReply> {
  const { registry, links } = site
  const { request } = exchange
  const visit = await site.visit(request)
  const name = packageOf(request)
  const overview = await registry.overviews.get(name)
  if (overview === undefined || !maySee(overview, visit.principal)) throw refusals.notFound(name)
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
      const options = { restricted: seesAll(visit.principal), size: DEPENDENTS_SHOWN }
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
