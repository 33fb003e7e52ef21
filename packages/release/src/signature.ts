/**
 * Signatures beside a tarball, checked: minisign's format, by public keys that are given or that the project trusts in
 * `rel/trusted_keys`. The supervisor checks them too, with code of its own, since nothing of this package travels with it.
 * Format: https://jedisct1.github.io/minisign/
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import { userError } from '@alkahest/core'
import { readTextFile } from '@alkahest/project'
import { commentOf } from './publish-beside.ts'
import type { Release } from './release.ts'

/** A public key: algorithm 2, id 8, key 32. */
const PUBLIC_KEY_LENGTH = 42
/** A signature: algorithm 2, id 8, signature 64. */
const SIGNATURE_LENGTH = 74
/** SubjectPublicKeyInfo for Ed25519 up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const COMMENT_PREFIX = 'trusted comment: '

export type PublicKey = {
  readonly keyId: Buffer
  readonly publicKey: KeyObject
}

/** Public keys, one a line, as `rel/trusted_keys` and minisign's own files have them. Throws `RELEASE_SIGNATURE_INVALID`. */
export function parsePublicKeys(text: string, place: string): readonly PublicKey[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('untrusted comment:'))
    .map((line) => parsePublicKey(line, place))
}

function parsePublicKey(line: string, place: string): PublicKey {
  const bytes = Buffer.from(line, 'base64')
  if (bytes.length !== PUBLIC_KEY_LENGTH || bytes.toString('latin1', 0, 2) !== 'Ed')
    throw invalid(`${place} holds what is not a public key of minisign: ${line.slice(0, 60)}`)
  return {
    keyId: bytes.subarray(2, 10),
    publicKey: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes.subarray(10)]), format: 'der', type: 'spki' }),
  }
}

/** The keys that the releases of a configuration's folder (absolute) trust; undefined when it names none. */
export async function readTrustedKeys(folder: string): Promise<readonly PublicKey[] | undefined> {
  const file = join(folder, 'rel', 'trusted_keys')
  const text = await readTextFile(file)
  return text === undefined ? undefined : parsePublicKeys(text, file)
}

/**
 * The number of the key that signed the tarball and its SHA256SUMS, as minisign shows it. Both signatures must be there, fit,
 * and the tarball's must name this very release. Throws `RELEASE_SIGNATURE_INVALID`.
 */
export async function verifySignatures(release: Release, sha256: string, keys: readonly PublicKey[]): Promise<string> {
  const { comment, keyId } = await verifySignature(release.tarball, keys)
  const wanted = commentOf(release, sha256)
  if (comment !== wanted)
    throw invalid(`the signature of ${release.tarball} is for: ${comment}, and not for: ${wanted}`)
  await verifySignature(join(dirname(release.tarball), 'SHA256SUMS'), keys)
  return keyId
}

/** Whether anybody signed it at all. */
export async function isSigned(tarball: string): Promise<boolean> {
  return (await readTextFile(`${tarball}.minisig`)) !== undefined
}

async function verifySignature(
  file: string,
  keys: readonly PublicKey[],
): Promise<{ readonly comment: string; readonly keyId: string }> {
  const { keyId, signature, comment, global } = parseSignature(await readTextFile(`${file}.minisig`), file)
  const shown = Buffer.from(keyId).reverse().toString('hex').toUpperCase()
  const key = keys.find((candidate) => candidate.keyId.equals(keyId))
  if (key === undefined) throw invalid(`${file} is signed by the key ${shown}, which is not one of those to be trusted`)
  const hash = createHash('blake2b512')
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array)
  if (!verify(null, hash.digest(), key.publicKey, signature)) throw invalid(`the signature of ${file} does not fit`)
  if (!verify(null, Buffer.concat([signature, Buffer.from(comment)]), key.publicKey, global))
    throw invalid(`the comment of the signature of ${file} was changed`)
  return { comment, keyId: shown }
}

function parseSignature(
  text: string | undefined,
  file: string,
): { readonly keyId: Buffer; readonly signature: Buffer; readonly comment: string; readonly global: Buffer } {
  if (text === undefined) throw invalid(`${file} is not signed`)
  const [, line = '', commentLine = '', globalLine = ''] = text.split('\n')
  const bytes = Buffer.from(line, 'base64')
  const isOurs = bytes.length === SIGNATURE_LENGTH && bytes.toString('latin1', 0, 2) === 'ED'
  if (!isOurs || !commentLine.startsWith(COMMENT_PREFIX))
    throw invalid(`${file}.minisig is not a signature of minisign`)
  return {
    keyId: bytes.subarray(2, 10),
    signature: bytes.subarray(10),
    comment: commentLine.slice(COMMENT_PREFIX.length),
    global: Buffer.from(globalLine, 'base64'),
  }
}

function invalid(sentence: string): Error {
  return userError('RELEASE_SIGNATURE_INVALID', sentence, {
    hint: 'make the release again with --key, or trust the key: --key PUBLIC, or a line of rel/trusted_keys',
  })
}
