/** What bytes must hash to, in the text form of Subresource Integrity (`sha512-<base64>`). */
import ssri from 'ssri'
import { userError } from './errors.ts'

declare const integrityBrand: unique symbol
export type Integrity = string & { readonly [integrityBrand]: true }

/** Strongest first. sha1 alone is what packages from before 2017 have. */
const ALGORITHMS = ['sha512', 'sha384', 'sha256', 'sha1'] as const

/** Reads an integrity, keeping its strongest hash alone, or throws `INTEGRITY_INVALID`. */
export function parseIntegrity(text: string, place?: string): Integrity {
  const integrity = asIntegrity(text)
  if (integrity === undefined) {
    throw userError(
      'INTEGRITY_INVALID',
      `${JSON.stringify(text.slice(0, 120))} is not an integrity${place === undefined ? '' : ` (in ${place})`}`,
    )
  }
  return integrity
}

/** The integrity in a value, or undefined when there is none. */
export function asIntegrity(text: unknown): Integrity | undefined {
  if (typeof text !== 'string' || text.length > 4096) return undefined
  const parsed = ssri.parse(text, { strict: true })
  for (const algorithm of ALGORITHMS) {
    const hash = (parsed as Record<string, ssri.HashLike[] | undefined> | null)?.[algorithm]?.[0]
    if (hash !== undefined) return `${algorithm}-${hash.digest}` as Integrity
  }
  return undefined
}

/** The integrity of a registry's old `shasum` field (40 hexadecimal digits), or undefined. */
export function integrityOfShasum(shasum: unknown): Integrity | undefined {
  if (typeof shasum !== 'string' || !/^[0-9a-f]{40}$/i.test(shasum)) return undefined
  return `sha1-${Buffer.from(shasum, 'hex').toString('base64')}` as Integrity
}

/** sha512 of the bytes. */
export function computeIntegrity(bytes: Uint8Array): Integrity {
  return ssri
    .fromData(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { algorithms: ['sha512'] })
    .toString() as Integrity
}

/** Throws `INTEGRITY_MISMATCH`, naming what was checked, unless the bytes hash to the integrity. */
export function verifyIntegrity(bytes: Uint8Array, integrity: Integrity, what: string): void {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const algorithm = integrityAlgorithm(integrity)
  const found = ssri.fromData(data, { algorithms: [algorithm] }).toString()
  if (found !== integrity) throw integrityMismatch(what, integrity, found)
}

/** The error for bytes whose hash was computed on the way (while streaming). */
export function integrityMismatch(what: string, wanted: string, found: string): Error {
  return userError('INTEGRITY_MISMATCH', `${what} is not what was promised: wanted ${wanted}, found ${found}`, {
    hint: 'nothing was installed from it; try again, and if it stays so, ask the operator of the registry',
    details: { wanted, found },
  })
}

/** `sha512` of `sha512-...`: the name node:crypto knows. */
export function integrityAlgorithm(integrity: Integrity): string {
  return integrity.slice(0, integrity.indexOf('-'))
}

/** The digest as hexadecimal digits, for names of files. */
export function integrityHex(integrity: Integrity): string {
  return Buffer.from(integrity.slice(integrity.indexOf('-') + 1), 'base64').toString('hex')
}
