/**
 * Requests to the upstream, and to nowhere else: its own origin and the hosts that the configuration lists. Redirects are followed here, one
 * by one, each checked. Every failure is a 502 or a 504 with the reason.
 */
import { UserError } from '@alkahest/core'
import type { Http, HttpAnswer, HttpResponse } from '@alkahest/http'
import { Refusal } from '../refusal.ts'
import { Breaker } from './breaker.ts'
import { DOCUMENT_SIZE_MAX } from './derive-bytes.ts'
import type { UpstreamRule } from './names.ts'

const TARBALL_SIZE_MAX = 1024 * 1024 * 1024
const REDIRECTS_MAX = 3

export type UpstreamClientOptions = {
  readonly http: Pick<Http, 'request' | 'fetch'>
  /** The `authorization` that npm's configuration has for an address. */
  readonly credentialsFor: (url: string) => string | undefined
  readonly now: () => number
}

export class UpstreamClient {
  readonly #options: UpstreamClientOptions
  readonly #breakers = new Map<string, Breaker>()

  constructor(options: UpstreamClientOptions) {
    this.#options = options
  }

  /** One for each upstream: the failure of one is no reason not to ask another. */
  #breakerOf(rule: UpstreamRule): Breaker {
    let breaker = this.#breakers.get(rule.url)
    if (breaker === undefined) {
      breaker = new Breaker(this.#options.now)
      this.#breakers.set(rule.url, breaker)
    }
    return breaker
  }

  /** A document, whole, in the coding that its `content-encoding` names. Statuses other than 200, 304 and 404 are refusals. */
  document(rule: UpstreamRule, route: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return this.#breakerOf(rule).run(() => this.#document(rule, route, headers))
  }

  /** A tarball, as a stream. */
  tarball(rule: UpstreamRule, url: string, what: string): Promise<HttpResponse> {
    return this.#breakerOf(rule).run(() => this.#tarball(rule, url, what))
  }

  async #document(rule: UpstreamRule, route: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const url = rule.url + route
    const answer = await this.#follow(rule, url, (target) =>
      this.#options.http.fetch(target, {
        purpose: `get ${route}`,
        headers: { ...headers, ...this.#authorization(rule, target) },
        sizeMax: DOCUMENT_SIZE_MAX,
        decode: false,
        redirectsMax: 0,
      }),
    )
    if (answer.status === 200 || answer.status === 304 || answer.status === 404) return answer
    throw refusalOfStatus(answer.status, route, answer.headers)
  }

  async #tarball(rule: UpstreamRule, url: string, what: string): Promise<HttpResponse> {
    const response = await this.#follow(rule, url, (target) =>
      this.#options.http.request(target, {
        purpose: `get ${what}`,
        headers: this.#authorization(rule, target),
        sizeMax: TARBALL_SIZE_MAX,
        redirectsMax: 0,
      }),
    )
    if (response.status === 200) return { ...response, body: refusingBody(response.body) }
    response.discard()
    throw refusalOfStatus(response.status, what, response.headers)
  }

  /** POST of a JSON document; whatever the upstream answers is the caller's. */
  async post(rule: UpstreamRule, route: string, body: string): Promise<HttpAnswer> {
    return this.#follow(rule, rule.url + route, (target) =>
      this.#options.http.fetch(target, {
        purpose: `post ${route}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#authorization(rule, target) },
        body,
        sizeMax: DOCUMENT_SIZE_MAX,
        redirectsMax: 0,
      }),
    )
  }

  async #follow<Answer extends HttpAnswer | HttpResponse>(
    rule: UpstreamRule,
    url: string,
    ask: (target: string) => Promise<Answer>,
  ): Promise<Answer> {
    let target = url
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      checkAllowed(rule, target)
      const answer = await ask(target).catch((cause: unknown) => {
        throw refusalOf(cause)
      })
      const location = answer.headers.location
      if (answer.status < 301 || answer.status > 308 || answer.status === 304 || location === undefined) return answer
      if ('discard' in answer) answer.discard()
      target = new URL(location, target).href
    }
    throw new Refusal(502, `the upstream redirects more than ${REDIRECTS_MAX} times`)
  }

  /** Secrets go to the upstream's own origin only. */
  #authorization(rule: UpstreamRule, target: string): Record<string, string> {
    if (new URL(target).origin !== new URL(rule.url).origin) return {}
    const authorization =
      rule.token === undefined
        ? this.#options.credentialsFor(target)
        : `${rule.tokenScheme === 'none' ? '' : 'Bearer '}${rule.token}`
    return authorization === undefined ? {} : { authorization }
  }
}

/** The attack: a `dist.tarball` or a redirect that makes the registry ask a machine which only it can reach. */
function checkAllowed(rule: UpstreamRule, target: string): void {
  const url = URL.parse(target)
  const allowed =
    url !== null &&
    (url.origin === new URL(rule.url).origin || (/^https?:$/.test(url.protocol) && rule.hosts.includes(url.host)))
  if (!allowed) {
    throw new Refusal(
      502,
      `the upstream points to ${url?.host ?? 'no address'}, which is neither its own host nor one listed for it`,
    )
  }
}

/** The body, its failures told as the other ones are. */
async function* refusingBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw refusalOf(cause)
  }
}

function refusalOf(cause: unknown): Refusal {
  if (!(cause instanceof UserError)) throw cause
  const status = cause.code === 'REGISTRY_TIMEOUT' ? 504 : 502
  return new Refusal(status, `the upstream failed: ${cause.message}`)
}

function refusalOfStatus(status: number, what: string, headers: Readonly<Record<string, string>>): Refusal {
  if (status === 404) return new Refusal(404, `${what} not found`)
  // A refusal by policy there is a refusal here: clients repeat what failed, and must not repeat this.
  if (status === 401 || status === 403 || status === 451)
    return new Refusal(403, `the upstream refuses ${what} with ${status}`)
  const retry = headers['retry-after']
  return new Refusal(
    502,
    `the upstream answered ${status} to ${what}`,
    retry === undefined ? {} : { 'retry-after': retry },
  )
}
