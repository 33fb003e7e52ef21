/** A page for what went wrong: the sentence of the refusal, and where to go from here. */
import { html } from './html.ts'
import type { Links } from './links.ts'
import type { Page } from './page.ts'

export type Failure = {
  readonly status: number
  readonly sentence: string
  /** Signing in might show what was not found: where that leads. */
  readonly signIn: string | undefined
}

const titles: Readonly<Record<number, string>> = {
  400: 'That cannot be answered',
  403: 'Not allowed',
  404: 'Not found',
  429: 'Too many tries',
  502: 'The upstream failed',
  503: 'Not available now',
  504: 'The upstream did not answer',
}

export function errorPage(links: Links, { status, sentence, signIn }: Failure): Page {
  const title = titles[status] ?? (status >= 500 ? 'The registry failed' : 'That did not work')
  return {
    title,
    main: html`<div class="card">
      <h1>${title}</h1>
      <p><bdi>${sentence}</bdi></p>
      ${signIn !== undefined && html`<p>What is private is shown to those who are <a href="${signIn}">signed in</a>.</p>`}
      <p><a href="${links.home}">To the front page</a></p>
    </div>`,
  }
}
