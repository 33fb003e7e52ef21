/** Passwords as scrypt hashes: `scrypt$<cost>$<salt>$<hash>`, so that the cost can rise without breaking old ones. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 2^14 with r = 8 takes 16 MB and some 50 ms: as much as a login may cost on a small machine. */
const COST = 16_384
const BLOCK_SIZE = 8
const HASH_BYTES = 32
const SALT_BYTES = 16

/** What nobody's password matches: checked for an account that does not exist, so that its absence takes no less time. */
export const NOBODY_HASH: string = `scrypt$${COST}$${Buffer.alloc(SALT_BYTES).toString('base64')}$${Buffer.alloc(HASH_BYTES).toString('base64')}`

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, COST)
  return `scrypt$${COST}$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** Constant in time for a given cost; a hash that cannot be read matches nothing. */
export async function matchesPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, cost, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || cost === undefined || salt === undefined || hash === undefined) return false
  const found = await derive(password, Buffer.from(salt, 'base64'), Number(cost))
  const wanted = Buffer.from(hash, 'base64')
  return found.length === wanted.length && timingSafeEqual(found, wanted)
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { N: cost, r: BLOCK_SIZE }, (cause, hash) => {
      if (cause === null) resolve(hash)
      else reject(cause)
    })
  })
}
