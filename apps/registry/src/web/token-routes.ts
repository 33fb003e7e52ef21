/** An account's tokens: looked at, made with the password once more, revoked. */
import { isServedName } from '@alkahest/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal, refusals } from '../refusal.ts'
import { formOf } from './form.ts'
import type { Exchange, SignedIn, Site } from './site.ts'
import { EXPIRY_DAYS, emptyTokenForm, tokensPage } from './tokens-page.ts'
import type { TokenForm } from './tokens-page.ts'
import { formTokenOf, requireOwnForm } from './visit.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const NAME_LENGTH_MAX = 100
const PACKAGES_MAX = 100

export async function tokenRoutes(app: FastifyInstance, { site }: { readonly site: Site }): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  app.get('/tokens', (request, reply) => showTokens(site, { request, reply }))
  app.post('/tokens', (request, reply) => createToken(site, { request, reply }))
  app.post('/tokens/revoke', (request, reply) => revokeToken(site, { request, reply }))
}

async function showTokens(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const visit = await site.signedIn(exchange)
  return visit === undefined ? exchange.reply : sendTokens(site, exchange, { visit, form: emptyTokenForm })
}

async function createToken(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  const { accounts, now } = site.registry
  const visit = await site.signedIn(exchange)
  if (visit === undefined) return reply
  const sent = formOf(request)
  requireOwnForm(request, visit, sent('form'))
  const { name } = visit.session.principal.account
  const form: TokenForm = {
    name: sent('name').trim().slice(0, NAME_LENGTH_MAX),
    access: sent('access') === 'write' ? 'write' : 'read',
    packages: sent('packages'),
    expires: sent('expires'),
  }
  try {
    const wish = wishOf(form, now())
    // The password once more, under the limit of logins: a browser that was left open makes no tokens.
    await accounts.signIn({ name, password: sent('password') }, request.ip)
    const created = await accounts.createToken(name, wish)
    return await sendTokens(site, exchange, { visit, form: emptyTokenForm, created })
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    // 401 would say that nobody is signed in.
    reply.code(cause.status === 401 ? 403 : cause.status)
    const problem = cause.status === 401 ? 'The password is wrong.' : `Not made: ${cause.message}.`
    return sendTokens(site, exchange, { visit, form, problem })
  }
}

async function revokeToken(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  const { accounts } = site.registry
  const visit = await site.signedIn(exchange)
  if (visit === undefined) return reply
  const sent = formOf(request)
  requireOwnForm(request, visit, sent('form'))
  // Gone already is as good: a form that was sent twice.
  await accounts.removeToken(visit.session.principal.account.name, sent('key'))
  return site.redirect(reply, site.links.tokens)
}

type Shown = {
  readonly visit: SignedIn
  readonly form: TokenForm
  readonly problem?: string
  readonly created?: string
}

async function sendTokens(
  site: Site,
  exchange: Exchange,
  { visit, form, problem, created }: Shown,
): Promise<FastifyReply> {
  const { registry, links } = site
  const { secret, principal } = visit.session
  const account = principal.account.name
  const tokens = await registry.accounts.tokensOf(account)
  const now = registry.now()
  const page = tokensPage({ links, formToken: formTokenOf(secret), account, tokens, form, problem, created, now })
  return site.send(exchange, page, visit)
}

/** Throws a refusal that says what in the form is wrong. */
function wishOf(form: TokenForm, now: number): Parameters<Site['registry']['accounts']['createToken']>[1] {
  if (form.name === '') throw refusals.invalid('a token needs a name')
  const days = Number(form.expires)
  if (form.expires !== 'never' && !EXPIRY_DAYS.includes(days)) throw refusals.invalid('choose when it expires')
  return {
    name: form.name,
    readOnly: form.access === 'read',
    packages: packagesOf(form.packages),
    expiresAt: form.expires === 'never' ? undefined : new Date(now + days * DAY_MS).toISOString(),
  }
}

/** Names and scopes, separated by spaces or commas; `@scope` is `@scope/*`. */
function packagesOf(text: string): readonly string[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  if (entries.length > PACKAGES_MAX)
    throw refusals.invalid(`a token is for at most ${PACKAGES_MAX} packages and scopes`)
  return entries.map((entry) => {
    const scope = entry.replace(/\/\*$/, '')
    if (/^@[^/]+$/.test(scope) && isServedName(`${scope}/x`)) return `${scope}/*`
    if (isServedName(entry)) return entry
    throw refusals.invalid(`${JSON.stringify(entry.slice(0, 100))} is neither a package's name nor a scope`)
  })
}
