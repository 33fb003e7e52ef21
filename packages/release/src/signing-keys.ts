/**
 * Making and keeping the key that signs releases: minisign's formats, without a password, since a release is made without
 * anyone to ask. Formats: https://jedisct1.github.io/minisign/
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { userError } from '@alkahest/core'
import { readTextFile, writeFileAtomically } from '@alkahest/project'

/** As the start of both formats says: Ed25519; no key derivation; BLAKE2b for the checksum. */
const ALGORITHM = Buffer.from('Ed')
const NO_DERIVATION = Buffer.alloc(2)
const CHECKSUM_ALGORITHM = Buffer.from('B2')
/** Salt and limits of a key derivation that is not used. */
const NO_SALT = Buffer.alloc(48)

/** Far above the size of any key. */
const KEY_LENGTH_MAX = 4096

export type KeyPair = {
  /** The text of a secret key file. */
  readonly secret: string
  /** The line of a public key. */
  readonly public: string
  /** The key's number, hexadecimal, as minisign shows it. */
  readonly keyId: string
}

export function makeKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const keyId = randomBytes(8)
  const keys = Buffer.concat([keyId, seed, point])
  const checksum = createHash('blake2b512').update(ALGORITHM).update(keys).digest().subarray(0, 32)
  const secret = Buffer.concat([ALGORITHM, NO_DERIVATION, CHECKSUM_ALGORITHM, NO_SALT, keys, checksum])
  return {
    secret: `untrusted comment: minisign secret key, without a password\n${secret.toString('base64')}\n`,
    public: Buffer.concat([ALGORITHM, keyId, point]).toString('base64'),
    keyId: Buffer.from(keyId).reverse().toString('hex').toUpperCase(),
  }
}

export type KeygenReport = {
  /** Absolute: the secret key's file, mode 0600. */
  readonly file: string
  readonly public: string
  readonly keyId: string
  /** Absolute: where the public key was added. */
  readonly trustedKeys: string
}

/**
 * Writes a new secret key to a file that must not exist (`RELEASE_KEY_EXISTS`) and adds its public half to the keys that the
 * project's releases trust.
 */
export async function writeKeyPair(file: string, memberFolder: string): Promise<KeygenReport> {
  const pair = makeKeyPair()
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw userError('RELEASE_KEY_EXISTS', `${file} exists already`, {
      hint: 'a key that is lost cannot be made again; give the path of a new file',
    })
  })
  try {
    await handle.writeFile(pair.secret)
    await handle.sync()
  } finally {
    await handle.close()
  }
  const trustedKeys = join(memberFolder, 'rel', 'trusted_keys')
  const before = (await readTextFile(trustedKeys)) ?? ''
  const separator = before === '' || before.endsWith('\n') ? '' : '\n'
  await writeFileAtomically(trustedKeys, `${before}${separator}${pair.public}\n`)
  return { file, public: pair.public, keyId: pair.keyId, trustedKeys }
}

/** The text of a secret key's file, for `ReleaseHost.signingKey`. Throws `RELEASE_SIGNING_KEY_INVALID` when it cannot be read. */
export async function readSigningKey(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    throw userError('RELEASE_SIGNING_KEY_INVALID', `the signing key ${file} cannot be read (${code})`, {
      hint: 'make one with alk release keygen FILE, or with minisign -G -W -s FILE',
      cause,
    })
  })
  if (bytes.length > KEY_LENGTH_MAX)
    throw userError('RELEASE_SIGNING_KEY_INVALID', `${file} is not a secret key of minisign`)
  return bytes.toString('utf8')
}
