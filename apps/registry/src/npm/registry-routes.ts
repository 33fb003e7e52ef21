/** What is asked of the registry as a whole: ping, keys, search, its name. */
import { formatKeys } from '@alkahest/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SearchHit, SearchQuery } from '../ports/package-index.ts'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { seesAll } from '../services/visibility.ts'

const SEARCH_SIZE = 20
const SEARCH_SIZE_MAX = 250
const SEARCH_TEXT_MAX = 500

export async function registryRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  app.get('/-/ping', async () => ({}))
  app.get('/-/npm/v1/keys', async () => formatKeys([registry.signingKey.publicKey]))
  app.get('/-/v1/search', (request) => search(registry, request))
  // Browsers, which ask for HTML, never come here: they get the page (web/asks-for-page.ts).
  app.get('/', async (_request, reply) => {
    const { packages } = await registry.index.counts()
    return reply.header('vary', 'Accept').send({ db_name: 'registry', doc_count: packages })
  })
}

async function search(registry: Registry, request: FastifyRequest): Promise<object> {
  const query = request.query as Readonly<Record<string, string | undefined>>
  if (query.text === undefined) throw new Refusal(400, "'text' query parameter is required")
  const { hits, total } = await registry.index.search(
    parseSearch(query.text.slice(0, SEARCH_TEXT_MAX), query, seesAll(request.principal)),
  )
  return { objects: hits.map(formatHit), total, time: new Date(registry.now()).toISOString() }
}

/** npm's qualifiers (`scope:`, `author:`, `maintainer:`, `keywords:`); those we have nothing for are passed over. */
export function parseSearch(
  text: string,
  query: Readonly<Record<string, string | undefined>>,
  restricted: boolean,
): SearchQuery {
  const terms = text
    .toLowerCase()
    .split(/\s+/)
    .filter((term) => term !== '')
  const valueOf = (...names: readonly string[]): string | undefined => {
    const found = terms.find((term) => names.some((name) => term.startsWith(`${name}:`)))
    return found?.slice(found.indexOf(':') + 1)
  }
  const scope = valueOf('scope')
  return {
    words: terms.filter((term) => !/^[a-z-]+:/.test(term)),
    keywords:
      valueOf('keywords')
        ?.split(/[,+]/)
        .filter((word) => word !== '') ?? [],
    owner: valueOf('author', 'maintainer'),
    scope: scope === undefined ? undefined : `@${scope.replace(/^@/, '')}`,
    size: clamp(query.size, SEARCH_SIZE, SEARCH_SIZE_MAX),
    from: clamp(query.from, 0, Number.MAX_SAFE_INTEGER),
    restricted,
  }
}

function clamp(text: string | undefined, fallback: number, max: number): number {
  const number = Number(text ?? fallback)
  return Number.isSafeInteger(number) && number >= 0 ? Math.min(number, max) : fallback
}

function formatHit(hit: SearchHit): object {
  const people = hit.owners.map((owner) => ({ username: owner, email: '' }))
  return {
    package: {
      name: hit.name,
      version: hit.version,
      description: hit.description,
      keywords: hit.keywords,
      date: hit.publishedAt,
      publisher: { username: hit.publishedBy, email: '' },
      maintainers: people,
      links: {},
    },
    updated: hit.publishedAt,
    score: { final: 1, detail: { quality: 1, popularity: 1, maintenance: 1 } },
    searchScore: 1,
    flags: { insecure: 0 },
  }
}
