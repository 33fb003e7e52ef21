/**
 * Whether a tarball was signed by a key that the running version trusts: minisign's format, checked with node:crypto. A
 * version without `trusted_keys` accepts unsigned tarballs; one with them accepts nothing else.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.ts'

/** A public key: algorithm 2, id 8, key 32. */
const PUBLIC_KEY_LENGTH = 42
/** A signature: algorithm 2, id 8, signature 64. */
const SIGNATURE_LENGTH = 74
/** SubjectPublicKeyInfo for Ed25519 up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** The public keys of a version, one minisign key a line; undefined when it names none. */
export function readTrustedKeys(versionFolder: string): readonly string[] | undefined {
  try {
    const lines = readFileSync(join(versionFolder, 'trusted_keys'), 'utf8').split('\n')
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('untrusted comment:') && !line.startsWith('#'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Resolves with the trusted comment, or throws saying what is wrong with FILE.minisig. */
export async function checkSignature(file: string, trustedKeys: readonly string[]): Promise<string> {
  const { keyId, signature, comment, global } = readSignature(`${file}.minisig`)
  const key = trustedKeys.map(parsePublicKey).find((candidate) => candidate.keyId.equals(keyId))
  if (key === undefined) throw new Failure('it is signed by a key that the running version does not trust')
  const hash = createHash('blake2b512')
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array)
  if (!verify(null, hash.digest(), key.publicKey, signature)) throw new Failure('its signature does not fit')
  if (!verify(null, Buffer.concat([signature, Buffer.from(comment)]), key.publicKey, global)) {
    throw new Failure('the comment of its signature was changed')
  }
  return comment
}

function readSignature(file: string): {
  readonly keyId: Buffer
  readonly signature: Buffer
  readonly comment: string
  readonly global: Buffer
} {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Failure('it is not signed, and the running version accepts signed ones only')
  }
  const [, line = '', commentLine = '', globalLine = ''] = text.split('\n')
  const bytes = Buffer.from(line, 'base64')
  const prefix = 'trusted comment: '
  if (bytes.length !== SIGNATURE_LENGTH || bytes.toString('latin1', 0, 2) !== 'ED' || !commentLine.startsWith(prefix)) {
    throw new Failure(`${file} is not a signature of minisign`)
  }
  return {
    keyId: bytes.subarray(2, 10),
    signature: bytes.subarray(10),
    comment: commentLine.slice(prefix.length),
    global: Buffer.from(globalLine, 'base64'),
  }
}

function parsePublicKey(text: string): { readonly keyId: Buffer; readonly publicKey: KeyObject } {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== PUBLIC_KEY_LENGTH)
    throw new Failure(`trusted_keys holds what is not a public key of minisign: ${text.slice(0, 60)}`)
  return {
    keyId: bytes.subarray(2, 10),
    publicKey: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes.subarray(10)]), format: 'der', type: 'spki' }),
  }
}
