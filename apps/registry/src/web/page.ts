/** What surrounds every page: head, search, who is signed in, foot. */
import { iconAsset, styleAsset } from './assets.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'

export type Page = {
  readonly title: string
  readonly main: Html
  /** What stands in the search field. */
  readonly query?: string | undefined
  /** The front page has a search field of its own. */
  readonly isHome?: boolean
}

export type Surroundings = {
  readonly links: Links
  /** What the registry is called: its host. */
  readonly host: string
  /** Who is signed in. */
  readonly account: string | undefined
  /** For the forms of this page. */
  readonly formToken: string | undefined
}

export function renderPage(page: Page, around: Surroundings): string {
  const { links } = around
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title === '' ? '' : `${page.title} · `}${around.host}</title>
        <link rel="stylesheet" href="${links.asset(styleAsset.file)}" />
        <link rel="icon" type="image/svg+xml" href="${links.asset(iconAsset.file)}" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <div class="wide">
            <a class="brand" href="${links.home}"
              ><img src="${links.asset(iconAsset.file)}" alt="" width="24" height="24" />${around.host}</a
            >
            ${page.isHome !== true && searchForm(links, page.query ?? '')} ${accountLinks(around)}
          </div>
        </header>
        <main id="main" class="wide" tabindex="-1">${page.main}</main>
        <footer>
          <div class="wide">
            <p>Served by Alkahest. npm, pnpm, yarn, bun, alk, mix and rebar3 install from here.</p>
          </div>
        </footer>
      </body>
    </html> `.text
}

export function searchForm(links: Links, query: string): Html {
  return html`<search>
    <form class="search" action="${links.search()}" method="get">
      <input
        type="search"
        name="q"
        value="${query}"
        aria-label="Search packages"
        placeholder="Search packages"
        maxlength="500"
        autocomplete="off"
      />
      <button>Search</button>
    </form>
  </search>`
}

/** A form that changes something carries the token that only a page of ours could know. */
export function formTokenField(token: string | undefined): Html {
  return html`<input type="hidden" name="form" value="${token}" />`
}

function accountLinks({ links, account, formToken }: Surroundings): Html {
  if (account === undefined) return html`<nav aria-label="Account"><a href="${links.login()}">Sign in</a></nav>`
  return html`<nav aria-label="Account">
    <a href="${links.tokens}">Tokens of <bdi>${account}</bdi></a>
    <form action="${links.logout}" method="post">
      ${formTokenField(formToken)}<button class="text">Sign out</button>
    </form>
  </nav>`
}
