/**
 * Logins that a command line begins and a browser approves. The command line holds one secret, with which it asks whether it may come in; the
 * address that the browser opens holds another, which opens nothing by itself. So whoever sees the address cannot take the token, and whoever
 * was sent one by a stranger sees a code that is on no terminal of his, and has to press a button.
 *
 * The token is made when it is fetched: between approval and fetching only the account's name waits, never a token.
 */
import { randomInt } from 'node:crypto'
import type { BrowserIndex, PendingLogin } from '../ports/browser-index.ts'
import type { Accounts } from './accounts.ts'
import { createSecret, digest } from './browser-sessions.ts'
import { RateLimit } from './rate-limit.ts'

/** Long enough to find the browser and type a password, too short to be sent around. */
const LOGIN_MS = 5 * 60 * 1000

/** Each leaves a row behind for five minutes. */
const BEGINNINGS_MAX = 60
const BEGINNINGS_WINDOW_MS = 60_000

const AGENT_LENGTH_MAX = 100

/** Without vowels, so that no code is a word, and without letters that look alike. */
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_HALF_LENGTH = 4

export type BegunLogin = { readonly pageSecret: string; readonly pollSecret: string; readonly code: string }

export type PollOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'approved'; readonly token: string }
  /** Never begun, expired, refused in the browser, or its token was fetched. */
  | { readonly kind: 'gone' }

export type WebLoginsOptions = {
  readonly index: { readonly browser: BrowserIndex }
  readonly accounts: Accounts
  readonly now: () => number
}

export class WebLogins {
  readonly #options: WebLoginsOptions
  readonly #beginnings: RateLimit

  constructor(options: WebLoginsOptions) {
    this.#options = options
    this.#beginnings = new RateLimit({
      triesMax: BEGINNINGS_MAX,
      windowMs: BEGINNINGS_WINDOW_MS,
      what: 'logins at once',
      now: options.now,
    })
  }

  /** @param from who begins it, as it describes itself, and from which address */
  async begin(from: { readonly agent: string; readonly address: string }): Promise<BegunLogin> {
    this.#beginnings.check(from.address)
    this.#beginnings.count(from.address)
    const begun = { pageSecret: createSecret(), pollSecret: createSecret(), code: createCode() }
    const now = this.#options.now()
    await this.#options.index.browser.createPendingLogin({
      pollHash: digest(begun.pollSecret),
      pageHash: digest(begun.pageSecret),
      code: begun.code,
      agent: from.agent.slice(0, AGENT_LENGTH_MAX),
      address: from.address,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + LOGIN_MS).toISOString(),
      account: undefined,
    })
    return begun
  }

  /** One that still waits for its approval. */
  async find(pageSecret: string): Promise<PendingLogin | undefined> {
    const login = await this.#options.index.browser.pendingLogin(digest(pageSecret))
    return login === undefined || login.account !== undefined || this.#isOver(login) ? undefined : login
  }

  /** False when it does not wait any more. */
  async approve(pageSecret: string, account: string): Promise<boolean> {
    if ((await this.find(pageSecret)) === undefined) return false
    return this.#options.index.browser.approveLogin(digest(pageSecret), account)
  }

  refuse(pageSecret: string): Promise<void> {
    return this.#options.index.browser.removePendingLogin(digest(pageSecret))
  }

  async poll(pollSecret: string): Promise<PollOutcome> {
    const login = await this.#options.index.browser.takeLogin(digest(pollSecret))
    if (login === undefined || this.#isOver(login)) return { kind: 'gone' }
    if (login.account === undefined) return { kind: 'waiting' }
    const [program = ''] = login.agent.split(' ', 1)
    const token = await this.#options.accounts.createToken(login.account, { name: `web login ${program}`.trim() })
    return { kind: 'approved', token }
  }

  #isOver(login: PendingLogin): boolean {
    return Date.parse(login.expiresAt) <= this.#options.now()
  }
}

function createCode(): string {
  const half = (): string =>
    Array.from({ length: CODE_HALF_LENGTH }, () => CODE_LETTERS.charAt(randomInt(CODE_LETTERS.length))).join('')
  return `${half()}-${half()}`
}
