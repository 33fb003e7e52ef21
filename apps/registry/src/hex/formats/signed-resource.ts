/**
 * A resource of a Hex repository: a protobuf payload and its signature (RSASSA-PKCS1-v1_5 with SHA-512), compressed with gzip. Signature and
 * compression are deterministic, so the same payload and key give the same bytes on every replica and after every restart.
 */
import { sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { HexFormatError } from './format-error.ts'
import { decodeSigned, encodeSigned } from './registry-messages.ts'

/** The public repository's largest resource, `versions`, is some 10 MB. */
const UNPACKED_SIZE_MAX = 64 * 1024 * 1024

/** Byte 9 of a gzip header names the operating system; 255 is "unknown", and the same everywhere. */
const GZIP_SYSTEM_OFFSET = 9

export function formatResource(payload: Uint8Array, privateKey: KeyObject): Buffer {
  const bytes = gzipSync(encodeSigned(payload, sign('RSA-SHA512', payload, privateKey)), { level: 9 })
  bytes[GZIP_SYSTEM_OFFSET] = 255
  return bytes
}

/** The payload, when its signature is the key's; throws {@link HexFormatError} otherwise. */
export function parseResource(bytes: Uint8Array, publicKey: KeyObject, place: string): Uint8Array {
  const signed = readSigned(bytes, place)
  if (!verify('RSA-SHA512', signed.payload, publicKey, signed.signature)) {
    throw new HexFormatError('resource', `${place} is not signed by the repository's key`)
  }
  return signed.payload
}

function readSigned(bytes: Uint8Array, place: string): ReturnType<typeof decodeSigned> {
  try {
    // What came through something that unpacks on the way is plain already.
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
    return decodeSigned(packed ? gunzipSync(bytes, { maxOutputLength: UNPACKED_SIZE_MAX }) : bytes)
  } catch (cause) {
    throw new HexFormatError('resource', `${place} cannot be read as a resource of a Hex repository`, { cause })
  }
}
