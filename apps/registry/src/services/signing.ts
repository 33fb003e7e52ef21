/** The registry's signing key: made at the first start, kept in the data folder for its owner only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { keyIdOf, signatureMessage, signVersion } from '@alkahest/protocol'
import type { RegistryKey, Signature } from '@alkahest/protocol'

export type SigningKey = {
  readonly publicKey: RegistryKey
  /** For the worker that signs derived documents. */
  readonly privatePem: string
  sign(name: string, version: string, integrity: string): Signature
}

export async function openSigningKey(dataFolder: string): Promise<SigningKey> {
  const file = join(dataFolder, 'signing-key.pem')
  return signingKeyOf(await openPem(file, createSigningPem))
}

/** The private key in the file, made and kept there when there is none. Of several processes that make one, the first wins. */
export async function openPem(file: string, create: () => Promise<string>): Promise<string> {
  return (await readPem(file)) ?? keepPem(file, await create())
}

async function createSigningPem(): Promise<string> {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()
}

/** From the text of the file. */
export function signingKeyOf(privatePem: string): SigningKey {
  const privateKey: KeyObject = createPrivateKey(privatePem)
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const keyId = keyIdOf(der)
  return {
    publicKey: { keyId, key: der.toString('base64'), expiresAt: undefined },
    privatePem,
    sign: (name, version, integrity) => signVersion(privateKey, keyId, signatureMessage(name, version, integrity)),
  }
}

async function readPem(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** Whole or not at all, and never over another process's: the file is linked into place, and the first one stays. */
async function keepPem(file: string, pem: string): Promise<string> {
  const temporary = `${file}.${process.pid}`
  const handle = await open(temporary, 'w', 0o600)
  await handle.writeFile(pem)
  await handle.sync()
  await handle.close()
  try {
    await link(temporary, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  } finally {
    await unlink(temporary)
  }
  return readFile(file, 'utf8')
}
