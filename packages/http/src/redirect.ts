/** Where a redirect leads, and what may travel there. Pure. */
import { nonsense } from './http-error.ts'
import type { Errand } from './http-error.ts'
import { isRepeatable } from './retry-policy.ts'

/** Shown in errors; longer ones are cut. */
const LOCATION_LENGTH_SHOWN = 200

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Prove who somebody is: never shown to a server that they were not meant for. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'npm-otp', 'npm-session', 'proxy-authorization'])

export type RedirectAnswer = {
  readonly status: number
  readonly location: string | undefined
}

export function isRedirect(answer: RedirectAnswer): answer is RedirectAnswer & { readonly location: string } {
  return REDIRECTS.has(answer.status) && answer.location !== undefined
}

/**
 * The next address. A write is only repeated where the server says that method and body stay (307, 308): turned into a
 * GET, as browsers do, it would look done and be nothing.
 */
export function redirectTarget(
  errand: Errand,
  method: string,
  answer: { readonly status: number; readonly location: string },
): URL {
  const shown = answer.location.slice(0, LOCATION_LENGTH_SHOWN)
  const target = URL.parse(answer.location, errand.url.href)
  if (target === null || (target.protocol !== 'http:' && target.protocol !== 'https:')) {
    throw nonsense(errand, `redirects to ${JSON.stringify(shown)}, which is no http address`, { transient: false })
  }
  if (!isRepeatable(method) && answer.status < 307) {
    const what = `answers ${answer.status} and points to ${target.origin}; write to that address instead`
    throw nonsense(errand, what, { transient: false })
  }
  return target
}

/** The headers that may go from one address to the next. */
export function headersAfterRedirect(
  headers: Readonly<Record<string, string>>,
  from: URL,
  to: URL,
): Readonly<Record<string, string>> {
  if (from.origin === to.origin) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())))
}
