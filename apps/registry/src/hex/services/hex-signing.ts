/** The key that resources are signed with: RSA, made when it is first needed and kept in the data folder. See docs/internals/hex.md for rotation. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { openPem } from '../../services/signing.ts'

/** What Hex clients have always been given. */
const MODULUS_BITS = 2048

export type HexSigningKey = {
  readonly privateKey: KeyObject
  readonly publicPem: string
  /** `SHA256:...`, as SSH shows keys: what `mix hex.repo add --fetch-public-key` compares. */
  readonly fingerprint: string
}

export async function openHexSigningKey(dataFolder: string): Promise<HexSigningKey> {
  const privateKey = createPrivateKey(await openPem(join(dataFolder, 'hex-signing-key.pem'), createRsaPem))
  const publicKey = createPublicKey(privateKey)
  const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  return { privateKey, publicPem, fingerprint: fingerprintOf(publicKey) }
}

/** RFC 4253, 6.6, and RFC 4251, 5: texts and numbers after their length, numbers with a leading zero where they would be negative. */
function fingerprintOf(publicKey: KeyObject): string {
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' })
  const fields = [Buffer.from('ssh-rsa'), unsigned(Buffer.from(e, 'base64url')), unsigned(Buffer.from(n, 'base64url'))]
  const hash = createHash('sha256')
  for (const field of fields) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(field.length)
    hash.update(length).update(field)
  }
  return `SHA256:${hash.digest('base64').replace(/=+$/, '')}`
}

function unsigned(number: Buffer): Buffer {
  return (number[0] ?? 0) < 128 ? number : Buffer.concat([Buffer.alloc(1), number])
}

/** On a thread: finding primes takes long enough to be felt by every other request. */
function createRsaPem(): Promise<string> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: MODULUS_BITS }, (cause, _publicKey, privateKey) => {
      if (cause === null) resolve(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
      else reject(cause)
    })
  })
}
