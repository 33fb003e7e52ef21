/**
 * Who looks at a page, and whether a form came from a page of ours.
 *
 * Two cookies, which no script can read and no other site can send with a form: the session, and for those who have none a random text that ties
 * the login form to the browser. A form carries a hash of the one that counts; whoever cannot read the cookie cannot make it. API routes never
 * look at cookies, so that no page of any site can publish in somebody's name.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import type { Principal } from '../services/accounts.ts'
import { SESSION_MS, createSecret } from '../services/browser-sessions.ts'

const COOKIES_LENGTH_MAX = 8192

/** As long as someone may take to fill in a login. */
const FORM_COOKIE_SECONDS = 60 * 60

export type Visit = {
  /** By the cookie or, for programs that read pages, by the `authorization` header. */
  readonly principal: Principal | undefined
  /** Only by the cookie: what forms need. */
  readonly session: { readonly secret: string; readonly principal: Principal } | undefined
  /** Of the cookie that precedes a session. */
  readonly formSecret: string | undefined
}

export async function readVisit(registry: Registry, request: FastifyRequest): Promise<Visit> {
  const names = cookieNames(registry)
  const secret = cookieOf(request, names.session)
  const account = secret === undefined ? undefined : await registry.sessions.find(secret)
  const session =
    secret === undefined || account === undefined ? undefined : { secret, principal: { account, token: undefined } }
  return { principal: session?.principal ?? request.principal, session, formSecret: cookieOf(request, names.form) }
}

/** What forms of this visit carry; a visit without a session gets its cookie with the answer. */
export function formTokenFor(registry: Registry, visit: Visit, reply: FastifyReply): string {
  if (visit.session !== undefined) return formTokenOf(visit.session.secret)
  if (visit.formSecret !== undefined) return formTokenOf(visit.formSecret)
  const secret = createSecret()
  setCookie(reply, registry, { name: cookieNames(registry).form, value: secret, seconds: FORM_COOKIE_SECONDS })
  return formTokenOf(secret)
}

export function formTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('form').digest('base64url')
}

/** Throws a 403 for a form that is not from a page of ours. */
export function requireOwnForm(request: FastifyRequest, visit: Visit, sent: string): void {
  const site = request.headers['sec-fetch-site']
  const secret = visit.session?.secret ?? visit.formSecret
  if (secret !== undefined && (site === undefined || site === 'same-origin' || site === 'none')) {
    const wanted = Buffer.from(formTokenOf(secret))
    const found = Buffer.from(sent)
    if (wanted.length === found.length && timingSafeEqual(wanted, found)) return
  }
  throw new Refusal(403, 'this form is too old, or was not sent from a page of this registry: load its page again')
}

/** A new session in the place of whatever the browser had: nobody can choose another's session for him. */
export async function beginSession(registry: Registry, reply: FastifyReply, principal: Principal): Promise<void> {
  const names = cookieNames(registry)
  const secret = await registry.sessions.begin(principal.account)
  setCookie(reply, registry, { name: names.session, value: secret, seconds: SESSION_MS / 1000 })
  setCookie(reply, registry, { name: names.form, value: '', seconds: 0 })
}

export async function endSession(registry: Registry, reply: FastifyReply, visit: Visit): Promise<void> {
  if (visit.session !== undefined) await registry.sessions.end(visit.session.secret)
  setCookie(reply, registry, { name: cookieNames(registry).session, value: '', seconds: 0 })
}

type Cookie = { readonly name: string; readonly value: string; readonly seconds: number }

function setCookie(reply: FastifyReply, registry: Registry, { name, value, seconds }: Cookie): void {
  const { pathname } = new URL(registry.baseUrl)
  const secure = isSecure(registry) ? '; Secure' : ''
  reply.header('set-cookie', `${name}=${value}; Path=${pathname}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`)
}

/** With the prefix, browsers take the cookie from no other host of the domain; they allow it only on https and for the whole host. */
function cookieNames(registry: Registry): { readonly session: string; readonly form: string } {
  const prefix = isSecure(registry) && new URL(registry.baseUrl).pathname === '/' ? '__Host-' : ''
  return { session: `${prefix}alkahest-session`, form: `${prefix}alkahest-form` }
}

function isSecure(registry: Registry): boolean {
  return registry.baseUrl.startsWith('https:')
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie ?? ''
  if (header.length > COOKIES_LENGTH_MAX) return undefined
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
  const value = found?.slice(name.length + 1)
  return value === undefined || !/^[\w-]{43}$/.test(value) ? undefined : value
}
