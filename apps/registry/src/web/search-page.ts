/** Search results, page by page. */
import { ecosystems } from './found-packages.ts'
import type { Ecosystem, FoundPackage, FoundPackages } from './found-packages.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'
import { dayOf } from './moments.ts'
import type { Page } from './page.ts'

export const HITS_PER_PAGE = 20

const KEYWORDS_SHOWN = 8

const worlds: Readonly<Record<Ecosystem, string>> = { npm: 'npm', hex: 'Hex' }

export type SearchFacts = {
  readonly links: Links
  readonly query: string
  /** Undefined: packages of both. */
  readonly only: Ecosystem | undefined
  /** From 1. */
  readonly page: number
  readonly found: FoundPackages
  /** Where the query is a name that is not published here, but that an upstream may have. */
  readonly elsewhere: readonly Ecosystem[]
}

export function searchPage({ links, query, only, page, found, elsewhere }: SearchFacts): Page {
  const { hits, counts } = found
  const total = only === undefined ? counts.npm + counts.hex : counts[only]
  const what = query === '' ? 'All packages' : `Search: ${query}`
  return {
    title: what,
    query,
    main: html`<div class="narrow">
      <h1>${query === '' ? 'All packages' : html`Packages for “<bdi>${query}</bdi>”`}</h1>
      ${kinds(links, { query, only, counts })}
      <p class="quiet">${total === 0 ? 'Nothing that is published here matches.' : `${total} published here`}</p>
      ${elsewhere.map(
        (ecosystem) =>
          html`<p>
            <a href="${links.package({ ecosystem, name: query })}"
              >Look for <bdi>${query}</bdi> ${ecosystem === 'npm' ? 'upstream' : 'in the Hex upstream'}</a
            >
          </p>`,
      )}
      ${hitList(links, hits, 'h2')} ${turns(links, { query, only, page, total })}
    </div>`,
  }
}

/** Where only one world has something there is nothing to choose. */
function kinds(
  links: Links,
  { query, only, counts }: { query: string; only: Ecosystem | undefined; counts: FoundPackages['counts'] },
): Html {
  if (only === undefined && (counts.npm === 0 || counts.hex === 0)) return html``
  const choices = [
    { kind: undefined, label: `All (${counts.npm + counts.hex})` },
    ...ecosystems.map((kind) => ({ kind, label: `${worlds[kind]} (${counts[kind]})` })),
  ]
  return html`<nav class="tabs" aria-label="Kinds">
    ${choices.map(({ kind, label }) => {
      const href = links.search(query, { in: kind })
      return kind === only
        ? html`<a href="${href}" aria-current="page">${label}</a>`
        : html`<a href="${href}">${label}</a>`
    })}
  </nav>`
}

export function hitList(links: Links, hits: readonly FoundPackage[], level: 'h2' | 'h3'): Html {
  return html`<ul class="list">
    ${hits.map(
      (hit) =>
        html`<li>
          ${hitTitle(links, hit, level)}
          <span class="mono quiet small">${hit.version}</span>
          ${hit.ecosystem === 'hex' && html`<span class="mark">Hex</span>`}
          ${hit.description !== '' && html`<p><bdi>${hit.description}</bdi></p>`}
          <p class="quiet small">${hit.publishedBy}, ${dayOf(hit.publishedAt)} ${keywordMarks(links, hit.keywords)}</p>
        </li>`,
    )}
  </ul>`
}

function hitTitle(links: Links, { ecosystem, name }: FoundPackage, level: 'h2' | 'h3'): Html {
  const link = html`<a href="${links.package({ ecosystem, name })}"><bdi>${name}</bdi></a>`
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

function turns(links: Links, at: { query: string; only: Ecosystem | undefined; page: number; total: number }): Html {
  const { query, only, page, total } = at
  const last = Math.ceil(total / HITS_PER_PAGE)
  if (last <= 1) return html``
  return html`<nav class="turns" aria-label="Pages">
    ${page > 1 && html`<a href="${links.search(query, { in: only, page: page - 1 })}">Previous</a>`}
    <span class="quiet">Page ${page} of ${last}</span>
    ${page < last && html`<a href="${links.search(query, { in: only, page: page + 1 })}">Next</a>`}
  </nav>`
}
