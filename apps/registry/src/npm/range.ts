/** One byte range of a request (RFC 9110, 14.1.2). Several at once are answered with the whole, which is allowed. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ByteRange } from '../ports/blob-storage.ts'

export function rangeOf(headers: IncomingHttpHeaders, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start >= size || start > end ? 'unsatisfiable' : { start, end }
}
