/** Who is asking: accounts, logins and tokens. */
import { createHmac, randomBytes } from 'node:crypto'
import type { Account, AccountIndex, PackageIndex, TokenRecord } from '../ports/package-index.ts'
import { Refusal, refusals } from '../refusal.ts'
import { allowsAddress, isAddressRange } from './addresses.ts'
import { NOBODY_HASH, hashPassword, matchesPassword } from './passwords.ts'
import { RateLimit } from './rate-limit.ts'
import { createTokenText, hashToken, isTokenText, tokenKey } from './tokens.ts'

const NAME_LENGTH_MAX = 100
const PASSWORD_LENGTH_MAX = 1024
const PASSWORD_LENGTH_MIN = 3
const TOKENS_MAX = 1000

/** How long a checked `Basic` password is remembered (as a keyed hash): clients send it with every request. */
const BASIC_CACHE_MS = 5 * 60 * 1000
const BASIC_CACHE_MAX = 1000

/** Tokens remembered; each is some hundred bytes. */
const RECENT_MAX = 5000

/** Failed logins in the window; a person mistypes three times, a program guesses thousands. */
const FAILURES_MAX = 20
const FAILURES_WINDOW_MS = 60_000

/** Accounts from one address in the window: a team that begins on one line fits in, a program that fills the index does not. */
const SIGN_UPS_MAX = 50
const SIGN_UPS_WINDOW_MS = 60 * 60_000

export type Principal = {
  readonly account: Account
  /** Undefined for a request that carried the password itself. */
  readonly token: TokenRecord | undefined
}

type TokenPrincipal = Principal & { readonly token: TokenRecord }

export type AccountsOptions = {
  readonly index: AccountIndex & Pick<PackageIndex, 'stamp'>
  readonly signUp: 'open' | 'closed'
  readonly now: () => number
}

export type Credentials = { readonly name: string; readonly password: string; readonly email: string }

export class Accounts {
  readonly #index: AccountsOptions['index']
  readonly #signUp: 'open' | 'closed'
  readonly #now: () => number
  /** Keyed hash of name and password to the time until which it counts. */
  readonly #checked = new Map<string, number>()
  readonly #cacheKey = randomBytes(32)
  /** By address and by account: guessing one password from many places is limited as well as many from one. */
  /** What tokens said lately, by their hashes, each with the index's stamp under which it was found. */
  readonly #recent = new Map<string, { readonly stamp: number; readonly principal: TokenPrincipal }>()
  readonly #failures: RateLimit
  readonly #signUps: RateLimit

  constructor(options: AccountsOptions) {
    this.#index = options.index
    this.#signUp = options.signUp
    this.#now = options.now
    this.#failures = new RateLimit({
      triesMax: FAILURES_MAX,
      windowMs: FAILURES_WINDOW_MS,
      what: 'failed logins',
      now: options.now,
    })
    this.#signUps = new RateLimit({
      triesMax: SIGN_UPS_MAX,
      windowMs: SIGN_UPS_WINDOW_MS,
      what: 'new accounts from this address',
      now: options.now,
    })
  }

  /** The principal of an `authorization` header; undefined when there is none; a refusal when it is wrong. */
  async authenticate(header: string | undefined, address: string): Promise<Principal | undefined> {
    if (header === undefined || header === '') return undefined
    // Hex clients send their key without a scheme.
    if (isTokenText(header)) return this.#byToken(header, address)
    const [scheme = '', credentials = ''] = header.split(/ +/, 2)
    if (scheme.toLowerCase() === 'bearer') return this.#byToken(credentials, address)
    if (scheme.toLowerCase() === 'basic') return this.#byPassword(credentials, address)
    throw refusals.unauthenticated('this request')
  }

  /** Signs up or logs in, as `npm login` and `npm adduser` do with one request; gives a new token. */
  async login(
    credentials: Credentials,
    address: string,
  ): Promise<{ readonly token: string; readonly created: boolean }> {
    this.#failures.check(address)
    this.#failures.check(credentials.name)
    const known = await this.#index.account(credentials.name)
    if (known !== undefined) {
      await this.#requirePassword(known, credentials, address)
      return { token: await this.createToken(known.name, { name: 'login' }), created: false }
    }
    await this.signUp(credentials, address)
    return { token: await this.createToken(credentials.name, { name: 'login' }), created: true }
  }

  /** Logs in and never signs up: what a page with two forms wants. Under the same limit as every other login. */
  async signIn(credentials: Pick<Credentials, 'name' | 'password'>, address: string): Promise<Account> {
    this.#failures.check(address)
    this.#failures.check(credentials.name)
    const known = await this.#index.account(credentials.name)
    return this.#requirePassword(known, credentials, address)
  }

  get signUpOpen(): boolean {
    return this.#signUp === 'open'
  }

  /** Makes an account for whoever asks, while sign-up is open, and not for everybody's program as often as it likes. */
  async signUp(credentials: Credentials, address: string): Promise<void> {
    if (this.#signUp === 'closed') {
      throw refusals.forbidden(
        'sign-up is closed on this registry: ask its operator for an account (`alk registry user add NAME`)',
      )
    }
    this.#signUps.check(address)
    // Counted before the password is hashed: that is the work that many requests would make us do.
    this.#signUps.count(address)
    await this.createAccount(credentials)
  }

  async createAccount(credentials: Credentials): Promise<void> {
    checkCredentials(credentials)
    const created = await this.#index.createAccount({
      name: credentials.name,
      email: credentials.email,
      passwordHash: await hashPassword(credentials.password),
      role: 'member',
      createdAt: this.#instant(),
    })
    if (!created) throw refusals.conflict(`the name ${credentials.name} is taken`)
  }

  /** The only time that the token's text exists. */
  async createToken(account: string, wish: TokenWish): Promise<string> {
    const wrong = wish.addresses?.find((range) => !isAddressRange(range))
    if (wrong !== undefined) throw refusals.invalid(`${JSON.stringify(wrong)} is neither an address nor a CIDR range`)
    const tokens = await this.#index.tokensOf(account)
    if (tokens.length >= TOKENS_MAX) throw refusals.forbidden(`${account} has ${TOKENS_MAX} tokens: revoke some first`)
    const text = createTokenText()
    const hash = hashToken(text)
    await this.#index.createToken({
      hash,
      key: tokenKey(hash),
      account,
      name: wish.name,
      readOnly: wish.readOnly ?? false,
      packages: wish.packages ?? [],
      addresses: wish.addresses ?? [],
      createdAt: this.#instant(),
      expiresAt: wish.expiresAt,
    })
    return text
  }

  tokensOf(account: string): Promise<readonly TokenRecord[]> {
    return this.#index.tokensOf(account)
  }

  /** By its text, its key or the beginning of its key; only the account's own. False when there is none. */
  async removeToken(account: string, wanted: string): Promise<boolean> {
    const hash = hashToken(wanted)
    const tokens = await this.#index.tokensOf(account)
    const found = tokens.filter((token) => token.hash === hash || (wanted.length >= 4 && token.key.startsWith(wanted)))
    const [only] = found
    return (
      only !== undefined &&
      found.length === 1 &&
      (await this.#index.removeToken(only.hash, { by: account, at: this.#instant() }))
    )
  }

  async changePassword(principal: Principal, change: { readonly old: string; readonly new: string }): Promise<void> {
    const { account } = principal
    this.#failures.check(account.name)
    if (!(await matchesPassword(change.old, account.passwordHash))) {
      this.#failures.count(account.name)
      throw refusals.forbidden('the old password is wrong')
    }
    checkCredentials({ name: account.name, password: change.new, email: account.email })
    const passwordHash = await hashPassword(change.new)
    await this.#index.changeAccount(account.name, { passwordHash }, { by: account.name, at: this.#instant() })
    this.#checked.clear()
  }

  /** A 401 when it is wrong. */
  async checkPassword(account: Account, password: string): Promise<void> {
    this.#failures.check(account.name)
    if (await this.#isPassword(account, password)) return
    this.#failures.count(account.name)
    throw refusals.unauthenticated('the password is wrong, and this request')
  }

  /** An unknown account takes as long as a wrong password, and counts like one: the answer does not say which it was. */
  async #requirePassword(
    account: Account | undefined,
    { name, password }: Pick<Credentials, 'name' | 'password'>,
    address: string,
  ): Promise<Account> {
    const matches = await matchesPassword(password, account?.passwordHash ?? NOBODY_HASH)
    if (account !== undefined && matches) return account
    this.#failures.count(address)
    this.#failures.count(name)
    throw refusals.unauthenticated('the name or the password is wrong, and this request')
  }

  /**
   * The principal of a token that was asked about a moment ago, without asking again: for as long as nothing was written, what was found is still so.
   * Undefined for everything else, wrong tokens included: {@link authenticate} knows.
   */
  recall(header: string, address: string): Principal | undefined {
    const text = header.startsWith('Bearer ') ? header.slice('Bearer '.length) : header
    const known = this.#recent.get(hashToken(text))
    if (known === undefined || known.stamp !== this.#index.stamp()) return undefined
    const { token } = known.principal
    return this.#isExpired(token) || !allowsAddress(token.addresses, address) ? undefined : known.principal
  }

  async #byToken(text: string, address: string): Promise<Principal> {
    // Taken before anything is read: what is written meanwhile makes the answer old, never the other way round.
    const stamp = this.#index.stamp()
    const found = isTokenText(text) ? await this.#index.token(hashToken(text)) : undefined
    if (found === undefined || this.#isExpired(found.token))
      throw refusals.unauthenticated('the token is unknown or has expired, and this request')
    if (!allowsAddress(found.token.addresses, address)) {
      throw new Refusal(401, `this token may not be used from ${address}`, { 'www-authenticate': 'ipaddress' })
    }
    if (this.#recent.size >= RECENT_MAX) this.#recent.clear()
    if (stamp !== undefined) this.#recent.set(found.token.hash, { stamp, principal: found })
    return found
  }

  #isExpired({ expiresAt }: TokenRecord): boolean {
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.#now()
  }

  async #byPassword(base64: string, address: string): Promise<Principal> {
    this.#failures.check(address)
    const text = Buffer.from(base64, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    const account = colon < 0 ? undefined : await this.#index.account(text.slice(0, colon))
    if (account !== undefined && (await this.#isPassword(account, text.slice(colon + 1))))
      return { account, token: undefined }
    this.#failures.count(address)
    throw refusals.unauthenticated('the name or the password is wrong, and this request')
  }

  async #isPassword(account: Account, password: string): Promise<boolean> {
    const key = createHmac('sha256', this.#cacheKey).update(`${account.passwordHash}\0${password}`).digest('hex')
    const until = this.#checked.get(key)
    if (until !== undefined && until > this.#now()) return true
    if (!(await matchesPassword(password, account.passwordHash))) return false
    if (this.#checked.size >= BASIC_CACHE_MAX) this.#checked.clear()
    this.#checked.set(key, this.#now() + BASIC_CACHE_MS)
    return true
  }

  #instant(): string {
    return new Date(this.#now()).toISOString()
  }
}

export type TokenWish = {
  readonly name: string
  readonly readOnly?: boolean
  readonly packages?: readonly string[]
  readonly addresses?: readonly string[]
  readonly expiresAt?: string | undefined
}

function checkCredentials({ name, password }: Credentials): void {
  if (name.length > NAME_LENGTH_MAX || !/^[a-z0-9][a-z0-9._-]*$/i.test(name)) {
    throw refusals.invalid(
      `an account's name is at most ${NAME_LENGTH_MAX} letters, digits, dots, dashes and underscores`,
    )
  }
  if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX) {
    throw refusals.invalid(`a password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`)
  }
}
