/** Conditional requests: whether what the client has is still right. */
import type { IncomingHttpHeaders } from 'node:http'

export type Validators = {
  /** Without quotes and without the name of a coding. */
  readonly etag: string
  /** ISO 8601. */
  readonly modifiedAt: string | undefined
}

/** By ETag when the client sends one, and only then not by date (RFC 9110, 13.1.3). */
export function notModified(headers: IncomingHttpHeaders, validators: Validators): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return matchesTag(tags, validators.etag)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  if (validators.modifiedAt === undefined || Number.isNaN(since)) return false
  return Math.floor(Date.parse(validators.modifiedAt) / 1000) * 1000 <= since
}

/** A tag of another coding of the same document counts: the document has not changed. */
function matchesTag(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '').replaceAll('"', '')
    return tag === '*' || tag === etag || tag.startsWith(`${etag}-`)
  })
}
