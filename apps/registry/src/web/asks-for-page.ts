/** Whether a request is a browser's that stands at the door: `GET /` by who says that he reads HTML. npm's clients never say so. */
import type { IncomingMessage } from 'node:http'

export function asksForPage({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean {
  if (url !== '/' || (method !== 'GET' && method !== 'HEAD')) return false
  const types = (headers.accept ?? '').split(',').map((type) => type.trim().toLowerCase())
  return types.some((type) => /^text\/html(;|$)/.test(type) && !/;\s*q=0(\.0*)?$/.test(type))
}
