/** The front page: what this is, a search field, how to use it, what is here. */
import { mixRepositoryLine } from '../hex/config-lines.ts'
import type { FoundPackages } from './found-packages.ts'
import { html } from './html.ts'
import type { Links } from './links.ts'
import { searchForm } from './page.ts'
import type { Page } from './page.ts'
import { hitList } from './search-page.ts'

export type HomeFacts = {
  readonly links: Links
  /** The registry's URL. */
  readonly url: string
  readonly host: string
  /** The first of what is here, and how much that is. */
  readonly packages: FoundPackages
  /** Its name, and what its key is recognised by. */
  readonly hexRepository: { readonly main: string; readonly fingerprint: string }
}

export function homePage({ links, url, host, packages, hexRepository }: HomeFacts): Page {
  const { npm, hex } = packages.counts
  const total = npm + hex
  return {
    title: '',
    isHome: true,
    main: html`<div class="hero">
        <h1>${host}</h1>
        <p>
          A package registry.
          ${total === 0 ? 'Nothing is published here yet.' : `${total} ${total === 1 ? 'package is' : 'packages are'} published here.`}
        </p>
        ${searchForm(links, '')}
      </div>
      <div class="narrow">
        <h2>Use it</h2>
        <p>Tell your package manager once, in the file <code>.npmrc</code>:</p>
        <pre tabindex="0">registry=${url}</pre>
        <p>For Elixir and Erlang, once in a shell:</p>
        <pre tabindex="0">${mixRepositoryLine({ baseUrl: url, ...hexRepository })}</pre>
        <p>
          To publish, sign in with <code>npm login</code>, <code>alk login</code> or <code>mix hex.user auth</code>.
        </p>
        ${
          total > 0 &&
          html`<h2>Packages</h2>
            ${hitList(links, packages.hits, 'h3')}`
        }
        ${total > packages.hits.length && html`<p><a href="${links.search('')}">All ${total} packages</a></p>`}
      </div>`,
  }
}
