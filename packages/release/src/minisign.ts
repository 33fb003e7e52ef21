/**
 * Signatures in minisign's format: Ed25519 over the BLAKE2b-512 of a file, with a trusted comment that is signed too. Made
 * and checked with node:crypto; `minisign -V` checks them as well. Format: https://jedisct1.github.io/minisign/
 */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { userError } from '@alkahest/core'

export type SigningKey = {
  readonly keyId: Buffer
  readonly privateKey: KeyObject
}

/** Bytes of an unencrypted secret key: algorithms 6, salt 32, limits 16, id 8, secret key 64, checksum 32. */
const SECRET_KEY_LENGTH = 158
const KEY_ID = 54
const SECRET = 62

/** PKCS #8 for Ed25519 up to the 32 bytes of the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Reads the text of a secret key file made by `minisign -G -W`, or throws `RELEASE_SIGNING_KEY_INVALID`. */
export function parseSigningKey(text: string, place: string): SigningKey {
  const line = text.split('\n').find((candidate) => candidate !== '' && !candidate.startsWith('untrusted comment:'))
  const bytes = Buffer.from(line ?? '', 'base64')
  if (bytes.length !== SECRET_KEY_LENGTH || bytes.toString('latin1', 0, 2) !== 'Ed') {
    throw userError('RELEASE_SIGNING_KEY_INVALID', `${place} is not a secret key of minisign`)
  }
  if (bytes.readUInt16LE(2) !== 0) {
    throw userError('RELEASE_SIGNING_KEY_INVALID', `The secret key in ${place} is protected by a password`, {
      hint: 'a release is made without anyone to ask; make a key with minisign -G -W and keep it as a secret of the CI',
    })
  }
  return {
    keyId: bytes.subarray(KEY_ID, KEY_ID + 8),
    privateKey: createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, bytes.subarray(SECRET, SECRET + 32)]),
      format: 'der',
      type: 'pkcs8',
    }),
  }
}

/** The text of FILE.minisig. The comment is what the checker may rely on: it says what the file claims to be. */
export async function signFile(key: SigningKey, file: string, trustedComment: string): Promise<string> {
  const hash = createHash('blake2b512')
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array)
  const signature = sign(null, hash.digest(), key.privateKey)
  const global = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), key.privateKey)
  return [
    'untrusted comment: signature of an Alkahest release',
    Buffer.concat([Buffer.from('ED'), key.keyId, signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    global.toString('base64'),
    '',
  ].join('\n')
}
