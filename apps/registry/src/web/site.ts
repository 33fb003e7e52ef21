/** What every route of the pages needs: the registry, its addresses, who is looking, and how a page is sent. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import type { Registry } from '../registry.ts'
import { linksAt } from './links.ts'
import type { Links } from './links.ts'
import { renderPage } from './page.ts'
import type { Page } from './page.ts'
import { formTokenOf, readVisit } from './visit.ts'
import type { Visit } from './visit.ts'

export type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply }

/** A visit of someone who signed in with the form. */
export type SignedIn = Visit & { readonly session: NonNullable<Visit['session']> }

export class Site {
  readonly registry: Registry

  constructor(registry: Registry) {
    this.registry = registry
  }

  /** The public URL is known when the server listens, so these are made when they are asked for. */
  get links(): Links {
    return linksAt(new URL(this.registry.baseUrl).pathname)
  }

  get host(): string {
    return new URL(this.registry.baseUrl).host
  }

  /** The access log then says who it was, as for those who come with a token. */
  async visit(request: FastifyRequest): Promise<Visit> {
    const visit = await readVisit(this.registry, request)
    const account = visit.session?.principal.account.name
    if (account !== undefined) request.trail = { ...request.trail, account }
    return visit
  }

  /** Undefined when the browser was sent to the login, from where it comes back. */
  async signedIn({ request, reply }: Exchange): Promise<SignedIn | undefined> {
    const visit = await this.visit(request)
    if (visit.session !== undefined) return { ...visit, session: visit.session }
    if (request.method !== 'GET') throw new Refusal(403, 'your session is over: sign in again')
    this.redirect(reply, this.links.login(request.url))
    return undefined
  }

  send({ reply }: Exchange, page: Page, visit: Visit): FastifyReply {
    const { session, principal } = visit
    return reply.type('text/html; charset=utf-8').send(
      renderPage(page, {
        links: this.links,
        host: this.host,
        account: session?.principal.account.name ?? principal?.account.name,
        formToken: session === undefined ? undefined : formTokenOf(session.secret),
      }),
    )
  }

  /** After a form: the browser asks for the page itself, so that reloading it sends nothing again. */
  redirect(reply: FastifyReply, path: string): FastifyReply {
    return reply.header('cache-control', 'no-store').redirect(path, 303)
  }
}
