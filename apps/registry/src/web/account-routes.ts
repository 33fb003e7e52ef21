/** Signing in, signing out, signing up, and approving what a command line began. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { parameterOf } from '../request-parameters.ts'
import { Refusal } from '../refusal.ts'
import { readCode } from '../services/web-logins.ts'
import { confirmPage, confirmedPage, devicePage, loginPage, signUpPage } from './account-pages.ts'
import { queryOf } from './asked.ts'
import { formOf } from './form.ts'
import { isOwnPath } from './links.ts'
import type { Exchange, Site } from './site.ts'
import { beginSession, endSession, formTokenFor, formTokenOf, requireOwnForm } from './visit.ts'
import type { Visit } from './visit.ts'

export async function accountRoutes(app: FastifyInstance, { site }: { readonly site: Site }): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  app.get('/login', (request, reply) => showLogin(site, { request, reply }))
  app.post('/login', (request, reply) => login(site, { request, reply }))
  app.post('/logout', (request, reply) => logout(site, { request, reply }))
  app.get('/sign-up', (request, reply) => showSignUp(site, { request, reply }))
  app.post('/sign-up', (request, reply) => signUp(site, { request, reply }))
  app.get('/device', (request, reply) => showDevice(site, { request, reply }))
  app.get('/confirm/:secret', (request, reply) => showConfirm(site, { request, reply }))
  app.post('/confirm/:secret', (request, reply) => confirm(site, { request, reply }))
}

type Attempt = { readonly visit: Visit; readonly problem?: string; readonly name?: string; readonly email?: string }

async function showLogin(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const visit = await site.visit(exchange.request)
  return visit.session === undefined ? sendLogin(site, exchange, { visit }) : goOn(site, exchange)
}

async function login(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  const visit = await site.visit(request)
  const form = formOf(request)
  requireOwnForm(request, visit, form('form'))
  const name = form('name').trim()
  try {
    const account = await site.registry.accounts.signIn({ name, password: form('password') }, request.ip)
    await endFormer(site, visit)
    await beginSession(site.registry, reply, { account, token: undefined })
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    reply.code(cause.status).headers(cause.headers)
    const problem = cause.status === 401 ? 'The name or the password is wrong.' : sentenceOf(cause)
    return sendLogin(site, exchange, { visit, problem, name })
  }
  return goOn(site, exchange)
}

async function logout(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  const visit = await site.visit(request)
  requireOwnForm(request, visit, formOf(request)('form'))
  await endSession(site.registry, reply, visit)
  return site.redirect(reply, site.links.home)
}

async function showSignUp(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const visit = await site.visit(exchange.request)
  if (!site.registry.accounts.signUpOpen) throw closed()
  return visit.session === undefined ? sendSignUp(site, exchange, { visit }) : goOn(site, exchange)
}

async function signUp(site: Site, exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange
  const { accounts, index } = site.registry
  const visit = await site.visit(request)
  const form = formOf(request)
  requireOwnForm(request, visit, form('form'))
  if (!accounts.signUpOpen) throw closed()
  const [name, email] = [form('name').trim(), form('email').trim()]
  try {
    await accounts.signUp({ name, email, password: form('password') }, exchange.request.ip)
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    reply.code(cause.status)
    return sendSignUp(site, exchange, { visit, problem: sentenceOf(cause), name, email })
  }
  const account = await index.account(name)
  if (account === undefined) throw new Refusal(503, 'the account was made, but cannot be found: sign in')
  await endFormer(site, visit)
  await beginSession(site.registry, reply, { account, token: undefined })
  return goOn(site, exchange)
}

/** Where somebody types the code that a command line shows; the page that asks for approval is the next one. */
async function showDevice(site: Site, exchange: Exchange): Promise<FastifyReply | undefined> {
  const visit = await site.signedIn(exchange)
  if (visit === undefined) return exchange.reply
  const typed = queryOf(exchange, 'code')
  const code = readCode(typed)
  if (code !== undefined) return site.redirect(exchange.reply, site.links.confirm(code))
  const problem = typed === '' ? undefined : 'That is no code: it has eight letters.'
  return site.send(exchange, devicePage({ links: site.links, problem }), visit)
}

async function showConfirm(site: Site, exchange: Exchange): Promise<FastifyReply | undefined> {
  const visit = await site.signedIn(exchange)
  if (visit === undefined) return exchange.reply
  const { request } = exchange
  const secret = parameterOf(request, 'secret')
  const { session } = visit
  const login = await site.registry.webLogins.find(secret, session.principal.account.name)
  if (login === undefined) throw over()
  const page = confirmPage({
    links: site.links,
    formToken: formTokenOf(session.secret),
    login,
    secret,
    account: session.principal.account.name,
    address: request.ip,
  })
  return site.send(exchange, page, visit)
}

async function confirm(site: Site, exchange: Exchange): Promise<FastifyReply | undefined> {
  const { request } = exchange
  const { webLogins } = site.registry
  const visit = await site.signedIn(exchange)
  if (visit === undefined) return exchange.reply
  const form = formOf(request)
  requireOwnForm(request, visit, form('form'))
  const secret = parameterOf(request, 'secret')
  const answer = form('answer') === 'approve' ? 'approve' : 'refuse'
  if (!(await webLogins[answer](secret, visit.session.principal.account.name))) throw over()
  return site.send(exchange, confirmedPage(answer), visit)
}

function sendLogin(site: Site, exchange: Exchange, { visit, problem, name }: Attempt): FastifyReply {
  const formToken = formTokenFor(site.registry, visit, exchange.reply)
  const { signUpOpen } = site.registry.accounts
  const page = loginPage({ links: site.links, formToken, problem, name, next: nextOf(exchange), signUpOpen })
  return site.send(exchange, page, visit)
}

function sendSignUp(site: Site, exchange: Exchange, { visit, problem, name, email }: Attempt): FastifyReply {
  const formToken = formTokenFor(site.registry, visit, exchange.reply)
  const page = signUpPage({ links: site.links, formToken, problem, name, email, next: nextOf(exchange) })
  return site.send(exchange, page, visit)
}

/** To where the login was asked for, when that is a page of ours; else to the front page. */
function goOn(site: Site, exchange: Exchange): FastifyReply {
  const next = nextOf(exchange)
  return site.redirect(exchange.reply, next === undefined ? site.links.home : site.links.own(next))
}

function nextOf({ request }: Exchange): string | undefined {
  const { next } = request.query as { next?: unknown }
  return typeof next === 'string' && isOwnPath(next) ? next : undefined
}

/** Whoever signs in anew needs the old session no more. */
async function endFormer(site: Site, visit: Visit): Promise<void> {
  if (visit.session !== undefined) await site.registry.sessions.end(visit.session.secret)
}

function sentenceOf({ message }: Refusal): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}

function closed(): Refusal {
  return new Refusal(403, 'sign-up is closed on this registry: ask its operator for an account')
}

function over(): Refusal {
  return new Refusal(404, 'this login has expired or is done: begin again on the command line')
}
