/**
 * npm's registry signatures: ECDSA P-256 with SHA-256 over `name@version:integrity`, in `dist.signatures`; the public keys stand
 * at `-/npm/v1/keys`. The scheme is npm's (docs.npmjs.com, "About ECDSA registry signatures").
 */
import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { asJsonObject, userError } from '@alkahest/core'
import type { JsonObject } from '@alkahest/core'

export const SIGNATURE_SCHEME = 'ecdsa-sha2-nistp256'

/** A registry keeps a handful: the one in use and those before it. */
const KEY_COUNT_MAX = 100

export type RegistryKey = {
  /** `SHA256:<base64 of the hash of the DER form>`. */
  readonly keyId: string
  /** Base64 of the DER (SPKI) form. */
  readonly key: string
  /** Milliseconds since 1970; undefined when it does not expire. */
  readonly expiresAt: number | undefined
}

export type Signature = { readonly keyid: string; readonly sig: string }

/** What is signed. */
export function signatureMessage(name: string, version: string, integrity: string): string {
  return `${name}@${version}:${integrity}`
}

export function keyIdOf(publicKeyDer: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicKeyDer).digest('base64')}`
}

/** One entry for `dist.signatures`. */
export function signVersion(privateKey: KeyObject, keyId: string, message: string): Signature {
  return { keyid: keyId, sig: sign('sha256', Buffer.from(message), privateKey).toString('base64') }
}

/** Whether the signature is that key's over that message. A key that cannot be read verifies nothing. */
export function verifySignature(key: RegistryKey, message: string, signature: Signature): boolean {
  if (signature.keyid !== key.keyId) return false
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key.key, 'base64'), format: 'der', type: 'spki' })
    return verify('sha256', Buffer.from(message), publicKey, Buffer.from(signature.sig, 'base64'))
  } catch {
    return false
  }
}

/** The document of `-/npm/v1/keys`. */
export function formatKeys(keys: readonly RegistryKey[]): JsonObject {
  return {
    keys: keys.map((key) => ({
      expires: key.expiresAt === undefined ? null : new Date(key.expiresAt).toISOString(),
      keyid: key.keyId,
      keytype: SIGNATURE_SCHEME,
      scheme: SIGNATURE_SCHEME,
      key: key.key,
    })),
  }
}

/** Reads that document; keys of other schemes are passed over. Throws `KEYS_INVALID` when it is something else. */
export function parseKeys(value: unknown, place: string): readonly RegistryKey[] {
  const list = asJsonObject(value)?.keys
  if (!Array.isArray(list) || list.length > KEY_COUNT_MAX) {
    throw userError('KEYS_INVALID', `${place} does not list signing keys`)
  }
  return list.flatMap((entry): RegistryKey[] => {
    const key = asJsonObject(entry)
    if (key === undefined || key.scheme !== SIGNATURE_SCHEME) return []
    if (typeof key.keyid !== 'string' || typeof key.key !== 'string') return []
    const expires = typeof key.expires === 'string' ? Date.parse(key.expires) : NaN
    return [{ keyId: key.keyid, key: key.key, expiresAt: Number.isNaN(expires) ? undefined : expires }]
  })
}
