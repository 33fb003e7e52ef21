/** When a request is repeated and after which pause. Pure. */

/** A pause that is longer than this is not ours to wait: the answer is returned instead. */
export type RetryPauses = {
  readonly minMs: number
  readonly maxMs: number
  readonly factor: number
}

/** npm's list: too slow, rate limited (twice), and whatever goes wrong on the server's side. */
export function isRetriedStatus(status: number): boolean {
  return status === 408 || status === 420 || status === 429 || status >= 500
}

/** Reading changes nothing, so that it may be done twice. */
export function isRepeatable(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Milliseconds before repetition number `attempt` (1 for the first). The server's own `retry-after`, in seconds or as a
 * date, goes first; undefined when it asks for more than the longest pause.
 */
export function pauseBefore(
  attempt: number,
  pauses: RetryPauses,
  asked: { readonly retryAfter: string | undefined; readonly now: number },
): number | undefined {
  const wanted = parseRetryAfter(asked.retryAfter, asked.now)
  if (wanted !== undefined) return wanted > pauses.maxMs ? undefined : wanted
  return Math.min(pauses.minMs * pauses.factor ** (attempt - 1), pauses.maxMs)
}

function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
