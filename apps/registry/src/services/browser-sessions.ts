/** Sessions of the pages: a random text in a cookie, its hash in the index. They are no tokens: the API takes none of them. */
import { createHash, randomBytes } from 'node:crypto'
import type { BrowserIndex } from '../ports/browser-index.ts'
import type { Account, AccountIndex } from '../ports/package-index.ts'

/** A working day: after it the password is asked again. */
export const SESSION_MS: number = 12 * 60 * 60 * 1000

const SECRET_BYTES = 32

/** In characters, of `createSecret`. */
const SECRET_LENGTH = 43

export type BrowserSessionsOptions = {
  readonly index: AccountIndex & { readonly browser: BrowserIndex }
  readonly now: () => number
}

export class BrowserSessions {
  readonly #options: BrowserSessionsOptions

  constructor(options: BrowserSessionsOptions) {
    this.#options = options
  }

  /** @returns the only copy of the session's secret */
  async begin(account: Account): Promise<string> {
    const secret = createSecret()
    const now = this.#options.now()
    await this.#options.index.browser.createBrowserSession({
      hash: digest(secret),
      account: account.name,
      passwordDigest: digest(account.passwordHash),
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + SESSION_MS).toISOString(),
    })
    return secret
  }

  /** Undefined when there is no such session, it has expired, or the account's password is another one since. */
  async find(secret: string): Promise<Account | undefined> {
    const { index, now } = this.#options
    if (secret.length !== SECRET_LENGTH) return undefined
    const session = await index.browser.browserSession(digest(secret))
    if (session === undefined || Date.parse(session.expiresAt) <= now()) return undefined
    const account = await index.account(session.account)
    return account !== undefined && digest(account.passwordHash) === session.passwordDigest ? account : undefined
  }

  end(secret: string): Promise<void> {
    return this.#options.index.browser.removeBrowserSession(digest(secret))
  }
}

/** 256 random bits, fit for addresses and cookies. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** What is stored in place of a secret. Unsalted, since nobody can guess what it hides. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
