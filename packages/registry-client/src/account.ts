/** Who we are to a registry: log in by password or by browser, log out, tokens. */
import { Buffer } from 'node:buffer'
import { asJsonObject, userError } from '@alkahest/core'
import type { Json, JsonObject } from '@alkahest/core'
import { checkStatus, parseAnswer } from '@alkahest/http'
import type { HttpAnswer } from '@alkahest/http'
import { routes } from '@alkahest/protocol'
import { nonsense } from './connection.ts'
import type { Connection, WriteOptions } from './connection.ts'

/** A person opens a page and confirms; registries forget the session after some five minutes themselves. */
const WEB_LOGIN_MAX_MS = 10 * 60 * 1000

/** Between two questions whether the page was confirmed, when the registry does not say. */
const WEB_LOGIN_PAUSE_MS = 1000
const WEB_LOGIN_PAUSE_MAX_MS = 30 * 1000

/** Pages of tokens; each has at least ten. */
const TOKEN_PAGES_MAX = 100

export type LoginOptions = WriteOptions & {
  /** Registries that make accounts want one. */
  readonly email?: string
}

export type AccountOptions = {
  readonly connection: Connection
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly now: () => number
}

export class Account {
  readonly #connection: Connection
  readonly #sleep: AccountOptions['sleep']
  readonly #now: AccountOptions['now']

  constructor(options: AccountOptions) {
    this.#connection = options.connection
    this.#sleep = options.sleep
    this.#now = options.now
  }

  /** Logs in, or makes the account where that is open to anybody. Resolves to the token. */
  async login(username: string, password: string, options: LoginOptions): Promise<string> {
    const registry = this.#connection.registryOf(undefined, options)
    const purpose = `log in as ${username}`
    const body: JsonObject = {
      _id: `org.couchdb.user:${username}`,
      name: username,
      password,
      ...(options.email === undefined ? {} : { email: options.email }),
      type: 'user',
      roles: [],
      date: new Date(this.#now()).toISOString(),
    }
    const request = { ...options, purpose, registry }
    let answer = await this.#connection.ask('PUT', routes.user(username), { ...request, body })
    // Registries on CouchDB do not take an existing account as new: its document is changed instead, with the password as proof.
    if (answer.status === 409) answer = await this.#loginAgain({ ...request, body, username, password })
    if (answer.status === 401 && !/otp/i.test(answer.headers['www-authenticate'] ?? '')) {
      throw userError(
        'LOGIN_REFUSED',
        `cannot ${purpose}: ${new URL(registry).origin} does not accept this name and password`,
        {
          hint: 'check both; on a registry that is not open for sign-up, its operator makes the account',
        },
      )
    }
    checkStatus(answer)
    return tokenIn(parseAnswer(answer), purpose, registry)
  }

  async #loginAgain(login: {
    readonly registry: string
    readonly purpose: string
    readonly otp?: string
    readonly body: JsonObject
    readonly username: string
    readonly password: string
  }): Promise<HttpAnswer> {
    const { username, password, body, ...request } = login
    const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
    const path = routes.user(username)
    const existing = await this.#connection.ask('GET', `${path}?write=true`, { ...request, headers: { authorization } })
    checkStatus(existing)
    const document = asJsonObject(parseAnswer(existing)) ?? {}
    const revision = typeof document._rev === 'string' ? document._rev : ''
    return this.#connection.ask('PUT', `${path}/-rev/${encodeURIComponent(revision)}`, {
      ...request,
      headers: { authorization },
      body: { ...document, ...body },
    })
  }

  /**
   * Has a person confirm in a browser, which `open` shows. Undefined when the registry has no such page: then a
   * password is asked for.
   */
  async webLogin(open: (url: string) => void | Promise<void>, options: WriteOptions): Promise<string | undefined> {
    const registry = this.#connection.registryOf(undefined, options)
    const purpose = 'log in by browser'
    const answer = await this.#connection.ask('POST', routes.login(), { ...options, purpose, registry, body: {} })
    // npm's rule: these say "I do not know this", and only a broken gateway says "try later".
    if (answer.status === 500 || (answer.status >= 400 && answer.status < 500)) return undefined
    checkStatus(answer)
    const { loginUrl, doneUrl } = asJsonObject(parseAnswer(answer)) ?? {}
    if (!isAddress(loginUrl) || !isAddress(doneUrl)) throw nonsense(purpose, registry, 'named no page to log in on')
    await open(loginUrl)
    return this.#poll(doneUrl, registry)
  }

  async #poll(doneUrl: string, registry: string): Promise<string> {
    const purpose = 'log in by browser'
    for (let waitedMs = 0; waitedMs < WEB_LOGIN_MAX_MS;) {
      const answer = await this.#connection.http.fetch(doneUrl, { purpose, headers: { accept: 'application/json' } })
      checkStatus(answer)
      if (answer.status !== 202) return tokenIn(parseAnswer(answer), purpose, registry)
      const asked = Number(answer.headers['retry-after'] ?? NaN) * 1000
      const pause = asked > 0 ? Math.min(asked, WEB_LOGIN_PAUSE_MAX_MS) : WEB_LOGIN_PAUSE_MS
      await this.#sleep(pause)
      waitedMs += pause
    }
    throw userError('LOGIN_EXPIRED', `cannot ${purpose}: nobody confirmed on the page of ${new URL(registry).origin}`, {
      hint: 'run the command again and confirm in the browser',
    })
  }

  /** Revokes the token that is configured for the registry; the caller removes it from .npmrc. */
  async logout(options: WriteOptions): Promise<void> {
    const registry = this.#connection.registryOf(undefined, options)
    const [scheme, token] = (this.#connection.config.credentialsFor(registry) ?? '').split(' ')
    if (scheme !== 'Bearer' || token === undefined) return
    const answer = await this.#connection.ask('DELETE', routes.token(token), {
      ...options,
      purpose: 'log out',
      registry,
    })
    // A token that the registry does not know (any more), or a registry that revokes none: nothing is left to do.
    if (![401, 404, 405].includes(answer.status)) checkStatus(answer)
  }

  async whoami(options: WriteOptions): Promise<string> {
    const purpose = 'ask who is logged in'
    const value = asJsonObject(await this.#connection.json('GET', routes.whoami(), { ...options, purpose }))
    if (typeof value?.username === 'string') return value.username
    throw nonsense(purpose, this.#connection.registryOf(undefined, options), 'named nobody')
  }

  async ping(options: WriteOptions): Promise<void> {
    await this.#connection.json('GET', routes.ping(), { ...options, purpose: 'ping the registry' })
  }

  async tokens(options: WriteOptions): Promise<readonly JsonObject[]> {
    const purpose = 'list the tokens'
    const registry = this.#connection.registryOf(undefined, options)
    const tokens: JsonObject[] = []
    let path: string | undefined = routes.tokens()
    for (let pages = 0; path !== undefined && pages < TOKEN_PAGES_MAX; pages++) {
      const page = asJsonObject(await this.#connection.json('GET', path, { ...options, purpose, registry }))
      if (!Array.isArray(page?.objects)) throw nonsense(purpose, registry, 'answered no list')
      tokens.push(...page.objects.map(asJsonObject).filter((entry) => entry !== undefined))
      const next = asJsonObject(page.urls)?.next
      path = typeof next === 'string' && next !== '' ? next.replace(/^\/+/, '') : undefined
    }
    return tokens
  }

  /** The answer holds the token itself, this once. */
  async createToken(request: JsonObject, options: WriteOptions): Promise<JsonObject> {
    const purpose = 'make a token'
    const registry = this.#connection.registryOf(undefined, options)
    const value = await this.#connection.json('POST', routes.tokens(), { ...options, purpose, registry, body: request })
    tokenIn(value ?? null, purpose, registry)
    return asJsonObject(value) ?? {}
  }

  async revokeToken(key: string, options: WriteOptions): Promise<void> {
    const path = `${routes.tokens()}/token/${encodeURIComponent(key)}`
    await this.#connection.json('DELETE', path, { ...options, purpose: 'revoke the token' })
  }
}

function tokenIn(value: Json, purpose: string, registry: string): string {
  const token = asJsonObject(value)?.token
  if (typeof token === 'string' && token !== '') return token
  throw nonsense(purpose, registry, 'answered without a token')
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}
