/** Signing in and up, and approving what a command line began. */
import type { PendingLogin } from '../ports/browser-index.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'
import { formTokenField } from './page.ts'
import type { Page } from './page.ts'

export type FormState = {
  readonly links: Links
  readonly formToken: string
  /** What was wrong with what was sent. */
  readonly problem?: string | undefined
}

export type LoginState = FormState & {
  readonly name?: string | undefined
  /** Where to go on, a path of ours. */
  readonly next: string | undefined
  readonly signUpOpen: boolean
}

export function loginPage({ links, formToken, problem, name, next, signUpOpen }: LoginState): Page {
  return {
    title: 'Sign in',
    main: html`<div class="card">
      <h1>Sign in</h1>
      ${problemNote(problem)}
      <form action="${links.login(next)}" method="post">
        ${formTokenField(formToken)}
        <div class="field">${nameInput(name)}</div>
        <div class="field">
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxlength="1024"
          />
        </div>
        <p><button>Sign in</button></p>
      </form>
      ${
        signUpOpen
          ? html`<p>No account yet? <a href="${links.signUp(next)}">Make one</a>.</p>`
          : html`<p class="quiet">Accounts are made by whoever runs this registry.</p>`
      }
    </div>`,
  }
}

export type SignUpState = FormState & {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly next: string | undefined
}

export function signUpPage({ links, formToken, problem, name, email, next }: SignUpState): Page {
  return {
    title: 'Make an account',
    main: html`<div class="card">
      <h1>Make an account</h1>
      ${problemNote(problem)}
      <form action="${links.signUp(next)}" method="post">
        ${formTokenField(formToken)}
        <div class="field">
          ${nameInput(name)}
          <p class="hint">Letters, digits, dots, dashes and underscores.</p>
        </div>
        <div class="field">
          <label for="email">Email (optional)</label>
          <input id="email" name="email" type="email" value="${email}" autocomplete="email" maxlength="254" />
          <p class="hint">Stands in what you publish.</p>
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="new-password" required maxlength="1024" />
        </div>
        <p><button>Make an account</button></p>
      </form>
      <p>You have one? <a href="${links.login(next)}">Sign in</a>.</p>
    </div>`,
  }
}

/** A form that asks for another page: nothing is changed by it. */
export function devicePage({ links, problem }: Pick<FormState, 'links' | 'problem'>): Page {
  return {
    title: 'Approve a device',
    main: html`<div class="card">
      <h1>Approve a device</h1>
      ${problemNote(problem)}
      <form action="${links.device}" method="get">
        <div class="field">
          <label for="code">Code</label>
          <input
            id="code"
            name="code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            required
            maxlength="20"
          />
          <p class="hint">Your command line shows it: two times four letters.</p>
        </div>
        <p><button>Go on</button></p>
      </form>
    </div>`,
  }
}

export type ConfirmState = FormState & {
  readonly login: PendingLogin
  readonly secret: string
  readonly account: string
  /** Of the browser. */
  readonly address: string
}

export function confirmPage({ links, formToken, login, secret, account, address }: ConfirmState): Page {
  return {
    title: 'Approve a login',
    main: html`<div class="card">
      <h1>Approve a login?</h1>
      <p>
        A command line asks to act as <strong><bdi>${account}</bdi></strong
        >. Approve only if you began this yourself just now, and your terminal shows this code:
      </p>
      <p class="code" id="code">${login.code}</p>
      <dl class="facts">
        <div>
          <dt>Program</dt>
          <dd><bdi>${login.agent === '' ? 'unknown' : login.agent}</bdi></dd>
        </div>
        <div>
          <dt>Address</dt>
          <dd>${login.address}${login.address === address && ' (same as this browser)'}</dd>
        </div>
        <div>
          <dt>For</dt>
          <dd>
            ${login.scope === undefined ? 'everything that you may do' : html`<bdi>${login.scope}</bdi>, on the Hex side`}
          </dd>
        </div>
      </dl>
      <form action="${links.confirm(secret)}" method="post">
        ${formTokenField(formToken)}
        <p></p>
        <div class="actions">
          <button name="answer" value="approve">Approve</button>
          <button class="plain" name="answer" value="refuse">Refuse</button>
        </div>
      </form>
    </div>`,
  }
}

export function confirmedPage(answer: 'approve' | 'refuse'): Page {
  return answer === 'approve'
    ? {
        title: 'Approved',
        main: html`<div class="card">
          <h1>Approved</h1>
          <p>The command line goes on by itself. You can close this page.</p>
        </div>`,
      }
    : {
        title: 'Refused',
        main: html`<div class="card">
          <h1>Refused</h1>
          <p>Nobody was let in. If you did not begin this login, someone else tried to use your account.</p>
        </div>`,
      }
}

function nameInput(name: string | undefined): Html {
  return html`<label for="name">Name</label>
    <input
      id="name"
      name="name"
      value="${name}"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      required
      maxlength="100"
    />`
}

export function problemNote(problem: string | undefined): Html {
  return problem === undefined ? html`` : html`<div class="note bad" role="alert"><p>${problem}</p></div>`
}
