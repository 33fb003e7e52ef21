/**
 * Logins that a command line begins and a browser approves. The command line holds one secret, with which it asks whether it may come in; the
 * address that the browser opens holds another, which opens nothing by itself. So whoever sees the address cannot take the token, and whoever
 * was sent one by a stranger sees a code that is on no terminal of his, and has to press a button.
 *
 * A device, whose user may have to type, names the login by the code that it shows instead. So that nobody can try codes until one of a stranger's
 * fits, those who ask for codes that lead nowhere are stopped soon.
 *
 * The token is made when it is fetched: between approval and fetching only the account's name waits, never a token.
 */
import { randomInt } from 'node:crypto'
import type { BrowserIndex, PendingLogin } from '../ports/browser-index.ts'
import { createSecret, digest } from './browser-sessions.ts'
import { RateLimit } from './rate-limit.ts'

/** Long enough to find the browser and type a password, too short to be sent around. */
const LOGIN_MS = 5 * 60 * 1000

/** Each leaves a row behind for five minutes. */
const BEGINNINGS_MAX = 60
const BEGINNINGS_WINDOW_MS = 60_000

const AGENT_LENGTH_MAX = 100

/** Of 25 billion codes. */
const MISSES_MAX = 20
const MISSES_WINDOW_MS = 60_000

/** Without vowels, so that no code is a word, and without letters that look alike. */
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_HALF_LENGTH = 4

export type BegunLogin = {
  readonly pageSecret: string
  readonly pollSecret: string
  readonly code: string
  readonly expiresInMs: number
}

/** npm's is approved in a browser that the command line opens; a device's also in one where somebody types its code. */
export type LoginKind = 'npm' | 'device'

export type PollOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'approved'; readonly login: PendingLogin & { readonly account: string } }
  /** Never begun, expired, refused in the browser, or its token was fetched. */
  | { readonly kind: 'gone' }

export type WebLoginsOptions = {
  readonly index: { readonly browser: BrowserIndex }
  readonly now: () => number
}

export class WebLogins {
  readonly #options: WebLoginsOptions
  readonly #beginnings: RateLimit
  readonly #misses: RateLimit

  constructor(options: WebLoginsOptions) {
    this.#options = options
    this.#beginnings = new RateLimit({
      triesMax: BEGINNINGS_MAX,
      windowMs: BEGINNINGS_WINDOW_MS,
      what: 'logins at once',
      now: options.now,
    })
    this.#misses = new RateLimit({
      triesMax: MISSES_MAX,
      windowMs: MISSES_WINDOW_MS,
      what: 'codes that lead nowhere',
      now: options.now,
    })
  }

  /** @param from who begins it, as it describes itself, from which address, and for a device what it wants */
  async begin(
    kind: LoginKind,
    from: { readonly agent: string; readonly address: string; readonly scope?: string },
  ): Promise<BegunLogin> {
    this.#beginnings.check(from.address)
    this.#beginnings.count(from.address)
    const code = createCode()
    const pageSecret = kind === 'device' ? code : createSecret()
    const begun = { pageSecret, pollSecret: createSecret(), code, expiresInMs: LOGIN_MS }
    const now = this.#options.now()
    await this.#options.index.browser.createPendingLogin({
      pollHash: pollHash(kind, begun.pollSecret),
      pageHash: digest(begun.pageSecret),
      code,
      agent: from.agent.slice(0, AGENT_LENGTH_MAX),
      address: from.address,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + LOGIN_MS).toISOString(),
      account: undefined,
      scope: from.scope,
    })
    return begun
  }

  /** One that still waits for its approval. @param visitor the account that asks for its page */
  async find(pageSecret: string, visitor: string): Promise<PendingLogin | undefined> {
    this.#misses.check(visitor)
    const login = await this.#options.index.browser.pendingLogin(digest(pageSecret))
    if (login !== undefined && login.account === undefined && !this.#isOver(login)) return login
    this.#misses.count(visitor)
    return undefined
  }

  /** False when it does not wait any more. */
  async approve(pageSecret: string, account: string): Promise<boolean> {
    if ((await this.find(pageSecret, account)) === undefined) return false
    return this.#options.index.browser.approveLogin(digest(pageSecret), account)
  }

  /** False when it does not wait any more. */
  async refuse(pageSecret: string, account: string): Promise<boolean> {
    if ((await this.find(pageSecret, account)) === undefined) return false
    await this.#options.index.browser.removePendingLogin(digest(pageSecret))
    return true
  }

  /** An approved login is given to one caller only, who makes its token. */
  async poll(kind: LoginKind, pollSecret: string): Promise<PollOutcome> {
    const login = await this.#options.index.browser.takeLogin(pollHash(kind, pollSecret))
    if (login === undefined || this.#isOver(login)) return { kind: 'gone' }
    const { account } = login
    return account === undefined ? { kind: 'waiting' } : { kind: 'approved', login: { ...login, account } }
  }

  #isOver(login: PendingLogin): boolean {
    return Date.parse(login.expiresAt) <= this.#options.now()
  }
}

/** The attack: a device's secret taken to npm's door, which gives tokens for everything. */
function pollHash(kind: LoginKind, secret: string): string {
  return digest(`${kind} ${secret}`)
}

/** As somebody types it -> as it is shown; undefined when it can be none. */
export function readCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '')
  const isCode = new RegExp(`^[${CODE_LETTERS}]{${2 * CODE_HALF_LENGTH}}$`).test(letters)
  return isCode ? `${letters.slice(0, CODE_HALF_LENGTH)}-${letters.slice(CODE_HALF_LENGTH)}` : undefined
}

function createCode(): string {
  const half = (): string =>
    Array.from({ length: CODE_HALF_LENGTH }, () => CODE_LETTERS.charAt(randomInt(CODE_LETTERS.length))).join('')
  return `${half()}-${half()}`
}
