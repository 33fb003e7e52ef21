/** What the query of a page's address asks for. */
import type { Exchange } from './site.ts'

const PAGE_MAX = 100_000

/** Empty when it is not there, or there twice. */
export function queryOf({ request }: Exchange, name: string): string {
  const value = (request.query as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
}

/** From 1. */
export function pageOf(exchange: Exchange): number {
  const page = Number(queryOf(exchange, 'page'))
  return Number.isSafeInteger(page) && page >= 1 ? Math.min(page, PAGE_MAX) : 1
}
