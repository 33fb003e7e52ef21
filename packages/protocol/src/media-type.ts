/** Content negotiation for packuments: which form and which coding a client asks for. */

export const mediaTypes: { readonly abbreviated: string; readonly full: string } = {
  abbreviated: 'application/vnd.npm.install-v1+json',
  full: 'application/json',
}

/** What our client sends for the abbreviated form; registries that lack it answer with the full one. */
export const acceptAbbreviated: string = `${mediaTypes.abbreviated}; q=1.0, ${mediaTypes.full}; q=0.8, */*`
export const acceptFull: string = mediaTypes.full

export type PackumentForm = 'abbreviated' | 'full'
export type ContentCoding = 'identity' | 'gzip' | 'br' | 'zstd'

/** Longer header values are cut: no client sends them. */
const HEADER_LENGTH_MAX = 1024

/** The form that an `accept` header prefers; full when it does not say, as the protocol has it. */
export function preferredForm(accept: string | undefined): PackumentForm {
  if (accept === undefined || !accept.includes(mediaTypes.abbreviated)) return 'full'
  const weights = parseWeights(accept)
  const abbreviated = weights.get(mediaTypes.abbreviated) ?? 0
  const full = weights.get(mediaTypes.full) ?? 0
  return abbreviated > 0 && abbreviated >= full ? 'abbreviated' : 'full'
}

/**
 * The coding to answer with: among those of the highest weight the first of ours. Zstandard is the smallest that is cheap to
 * unpack, brotli the smallest of all; clients name what they can, and none of them minds which.
 */
export function preferredCoding(
  acceptEncoding: string | undefined,
  offered: readonly ContentCoding[] = ['zstd', 'br', 'gzip'],
): ContentCoding {
  if (acceptEncoding === undefined || acceptEncoding === '') return 'identity'
  const weights = parseWeights(acceptEncoding)
  let best: ContentCoding = 'identity'
  let bestWeight = 0
  for (const coding of offered) {
    const weight = weights.get(coding) ?? (coding === 'gzip' ? weights.get('*') : undefined) ?? 0
    if (weight > bestWeight) [best, bestWeight] = [coding, weight]
  }
  return best
}

/** Value to weight (`q`), lower-cased; an unreadable weight counts as none. */
function parseWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const part of header.slice(0, HEADER_LENGTH_MAX).toLowerCase().split(',')) {
    const [value = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    if (value === '') continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    weights.set(value, Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0)
  }
  return weights
}
