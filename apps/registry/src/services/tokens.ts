/**
 * Tokens: `alk_`, 192 random bits and a checksum, all base 62. The prefix and the checksum let scanners find leaked ones and let us
 * refuse mistyped ones without asking the index. Only their SHA-256 is stored.
 */
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const PREFIX = 'alk_'
const RANDOM_LENGTH = 33
const CHECKSUM_LENGTH = 6
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Characters of the hash that name a token in lists. */
const KEY_LENGTH = 16

export function createTokenText(): string {
  let text = ''
  while (text.length < RANDOM_LENGTH) {
    // 248 is the largest multiple of 62 in a byte: beyond it the first letters would be likelier.
    for (const byte of randomBytes(RANDOM_LENGTH)) if (byte < 248) text += ALPHABET[byte % 62]
  }
  const random = text.slice(0, RANDOM_LENGTH)
  return PREFIX + random + checksum(random)
}

export function isTokenText(text: string): boolean {
  if (!text.startsWith(PREFIX) || text.length !== PREFIX.length + RANDOM_LENGTH + CHECKSUM_LENGTH) return false
  const random = text.slice(PREFIX.length, -CHECKSUM_LENGTH)
  return text.endsWith(checksum(random))
}

export function hashToken(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function tokenKey(hash: string): string {
  return hash.slice(0, KEY_LENGTH)
}

function checksum(random: string): string {
  let rest = crc32(random)
  let text = ''
  for (let index = 0; index < CHECKSUM_LENGTH; index++) {
    text = `${ALPHABET[rest % 62]}${text}`
    rest = Math.floor(rest / 62)
  }
  return text
}
