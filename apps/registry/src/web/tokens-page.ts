/** An account's tokens: what there is, a new one, revoking. */
import type { TokenRecord } from '../ports/package-index.ts'
import type { FormState } from './account-pages.ts'
import { problemNote } from './account-pages.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'
import { dayOf } from './moments.ts'
import { formTokenField } from './page.ts'
import type { Page } from './page.ts'

/** In days; what a form may ask for. */
export const EXPIRY_DAYS: readonly number[] = [1, 7, 30, 90, 365]
const EXPIRY_DEFAULT = 30

export type TokenForm = {
  readonly name: string
  readonly access: 'read' | 'write'
  readonly packages: string
  /** Days, or `never`. */
  readonly expires: string
}

export const emptyTokenForm: TokenForm = { name: '', access: 'read', packages: '', expires: String(EXPIRY_DEFAULT) }

export type TokensState = FormState & {
  readonly tokens: readonly TokenRecord[]
  readonly form: TokenForm
  readonly account: string
  /** The one that was just made: shown here and never again. */
  readonly created?: string | undefined
  readonly now: number
}

export function tokensPage(state: TokensState): Page {
  const { links, formToken, tokens, created } = state
  return {
    title: 'Tokens',
    main: html`<div class="narrow">
      <h1>Tokens of <bdi>${state.account}</bdi></h1>
      ${
        created !== undefined &&
        html`<div class="note" role="status">
          <strong>Your new token</strong>
          <p>Copy it now: it is not stored and will not be shown again.</p>
          <code class="secret" id="token">${created}</code>
        </div>`
      }
      ${tokens.length === 0 && html`<p class="quiet">There are none yet.</p>`}
      <ul class="tokens">
        ${tokens.map((token) => tokenRow(token, { links, formToken, now: state.now }))}
      </ul>
      <div class="card">
        <h2>New token</h2>
        ${problemNote(state.problem)}${tokenForm(state)}
      </div>
    </div>`,
  }
}

function tokenRow(token: TokenRecord, around: { links: Links; formToken: string; now: number }): Html {
  const { expiresAt } = token
  const expired = expiresAt !== undefined && Date.parse(expiresAt) <= around.now
  return html`<li>
    <div class="what">
      <strong><bdi>${token.name}</bdi></strong> <code>${token.key.slice(0, 8)}</code>
      <span class="marks"
        ><span class="mark">${token.readOnly ? 'read' : 'read and publish'}</span
        >${expired && html`<span class="mark bad">expired</span>`}</span
      >
      <p class="quiet small">
        ${token.packages.length > 0 && html`For <bdi>${token.packages.join(', ')}</bdi>. `}${
          token.addresses.length > 0 && `From ${token.addresses.join(', ')}. `
        }Made
        ${dayOf(token.createdAt)},
        ${expiresAt === undefined ? 'never expires' : html`${expired ? 'expired' : 'expires'} ${dayOf(expiresAt)}`}.
      </p>
    </div>
    <form action="${around.links.revoke}" method="post">
      ${formTokenField(around.formToken)}<input type="hidden" name="key" value="${token.key}" />
      <button class="bad">Revoke<span class="hidden"> ${token.name} ${token.key.slice(0, 8)}</span></button>
    </form>
  </li>`
}

function tokenForm({ links, formToken, form }: TokensState): Html {
  return html`<form action="${links.tokens}" method="post">
    ${formTokenField(formToken)}
    <div class="field">
      <label for="name">Name</label>
      <input id="name" name="name" value="${form.name}" required maxlength="100" autocomplete="off" />
      <p class="hint">To know it by: <code>ci</code>, <code>laptop</code>.</p>
    </div>
    <fieldset>
      <legend>It may</legend>
      <label
        ><input type="radio" name="access" value="read" ${form.access === 'read' && html` checked`} /> only read</label
      >
      <label
        ><input type="radio" name="access" value="write" ${form.access === 'write' && html` checked`} /> read and
        publish</label
      >
    </fieldset>
    <div class="field">
      <label for="packages">Only for these packages and scopes</label>
      <input
        id="packages"
        name="packages"
        value="${form.packages}"
        maxlength="2000"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
      />
      <p class="hint">Such as <code>my-package @team</code>. Empty: all.</p>
    </div>
    <div class="field">
      <label for="expires">Expires</label>
      <select id="expires" name="expires">
        ${EXPIRY_DAYS.map(
          (days) =>
            html`<option value="${days}" ${form.expires === String(days) && html` selected`}>
              in ${days} ${days === 1 ? 'day' : 'days'}
            </option>`,
        )}
        <option value="never" ${form.expires === 'never' && html` selected`}>never</option>
      </select>
    </div>
    <div class="field">
      <label for="password">Your password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024" />
    </div>
    <p><button>Create token</button></p>
  </form>`
}
