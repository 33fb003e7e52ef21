/** Search results, page by page. */
import type { SearchHit, SearchResult } from '../ports/package-index.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'
import { dayOf } from './moments.ts'
import type { Page } from './page.ts'

export const HITS_PER_PAGE = 20

const KEYWORDS_SHOWN = 8

export type SearchFacts = {
  readonly links: Links
  readonly query: string
  /** From 1. */
  readonly page: number
  readonly result: SearchResult
  /** The query as a name that is not published here, but that the upstream may have. */
  readonly upstreamName: string | undefined
}

export function searchPage({ links, query, page, result, upstreamName }: SearchFacts): Page {
  const { hits, total } = result
  const what = query === '' ? 'All packages' : `Search: ${query}`
  return {
    title: what,
    query,
    main: html`<div class="narrow">
      <h1>${query === '' ? 'All packages' : html`Packages for “<bdi>${query}</bdi>”`}</h1>
      <p class="quiet">${total === 0 ? 'Nothing that is published here matches.' : `${total} published here`}</p>
      ${
        upstreamName !== undefined &&
        html`<p>
          <a href="${links.package({ ecosystem: 'npm', name: upstreamName })}"
            >Look for <bdi>${upstreamName}</bdi> upstream</a
          >
        </p>`
      }
      ${hitList(links, hits, 'h2')} ${turns(links, { query, page, total })}
    </div>`,
  }
}

export function hitList(links: Links, hits: readonly SearchHit[], level: 'h2' | 'h3'): Html {
  return html`<ul class="list">
    ${hits.map(
      (hit) =>
        html`<li>
          ${hitTitle(links, hit, level)}
          <span class="mono quiet small">${hit.version}</span>
          ${hit.description !== '' && html`<p><bdi>${hit.description}</bdi></p>`}
          <p class="quiet small">${hit.publishedBy}, ${dayOf(hit.publishedAt)} ${keywordMarks(links, hit.keywords)}</p>
        </li>`,
    )}
  </ul>`
}

function hitTitle(links: Links, { name }: SearchHit, level: 'h2' | 'h3'): Html {
  const link = html`<a href="${links.package({ ecosystem: 'npm', name })}"><bdi>${name}</bdi></a>`
  return level === 'h2' ? html`<h2>${link}</h2>` : html`<strong>${link}</strong>`
}

export function keywordMarks(links: Links, keywords: readonly string[]): Html {
  return html`<span class="marks"
    >${keywords
      .slice(0, KEYWORDS_SHOWN)
      .map(
        (keyword) => html`<a class="mark" href="${links.search(`keywords:${keyword}`)}"><bdi>${keyword}</bdi></a>`,
      )}</span
  >`
}

function turns(links: Links, at: { query: string; page: number; total: number }): Html {
  const { query, page, total } = at
  const last = Math.ceil(total / HITS_PER_PAGE)
  if (last <= 1) return html``
  return html`<nav class="turns" aria-label="Pages">
    ${page > 1 && html`<a href="${links.search(query, page - 1)}">Previous</a>`}
    <span class="quiet">Page ${page} of ${last}</span>
    ${page < last && html`<a href="${links.search(query, page + 1)}">Next</a>`}
  </nav>`
}
