/** The key that resources are signed with: RSA, made when it is first needed and kept in the data folder. See docs/internals/hex.md for rotation. */
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { openPem } from '../../services/signing.ts'

/** What Hex clients have always been given. */
const MODULUS_BITS = 2048

export type HexSigningKey = { readonly privateKey: KeyObject; readonly publicPem: string }

export async function openHexSigningKey(dataFolder: string): Promise<HexSigningKey> {
  const privateKey = createPrivateKey(await openPem(join(dataFolder, 'hex-signing-key.pem'), createRsaPem))
  return { privateKey, publicPem: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString() }
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
