/**
 * Who we are to a registry. A credential belongs to the address it is written under and to nothing else; npm's order
 * where several are written: token, user name and password, then `_auth`.
 */
import { Buffer } from 'node:buffer'
import { userError } from '@alkahest/core'
import { coveringKeys } from './nerf-dart.ts'
import type { Setting } from './settings.ts'

/** Without a registry these would go to whichever server is asked: npm refuses them since version 9. */
const NEEDS_REGISTRY = ['_authToken', '_auth', '_password']

/** The same of npm's remnants that are no secret. */
const IGNORED_ALONE = ['username', 'email', 'always-auth']

/** The value of the `authorization` header for an address, or undefined. */
export function credentialsFor(settings: ReadonlyMap<string, Setting>, address: string): string | undefined {
  for (const key of coveringKeys(address)) {
    const found = credentialsUnder(settings, key)
    if (found !== undefined) return found
  }
  return undefined
}

function credentialsUnder(settings: ReadonlyMap<string, Setting>, key: string): string | undefined {
  const valueOf = (name: string): string | undefined => headerText(settings.get(`${key}:${name}`))
  const token = valueOf('_authToken')
  if (token !== undefined) return `Bearer ${token}`
  const username = valueOf('username')
  const password = valueOf('_password')
  if (username !== undefined && password !== undefined) {
    const plain = Buffer.from(password, 'base64').toString('utf8')
    return `Basic ${Buffer.from(`${username}:${plain}`, 'utf8').toString('base64')}`
  }
  const basic = valueOf('_auth')
  return basic === undefined ? undefined : `Basic ${basic}`
}

/** The attack: a line break in a token would start a header of its own. */
function headerText(setting: Setting | undefined): string | undefined {
  const value = setting?.values[0]
  if (setting === undefined || value === undefined || value === '') return undefined
  if (/^[\u0021-\u007e]+$/.test(value)) return value
  throw userError('NPMRC_INVALID', `${setting.place} holds a credential with characters that none may have`, {
    hint: 'copy the token again: it is one word of plain letters, digits and signs',
  })
}

/** Throws `NPMRC_INVALID` for a credential that names no registry; returns what is merely useless. */
export function checkLoneCredentials(settings: ReadonlyMap<string, Setting>): readonly string[] {
  for (const key of NEEDS_REGISTRY) {
    const setting = settings.get(key)
    if (setting === undefined) continue
    throw userError('NPMRC_INVALID', `${setting.place} has "${key}" without the registry that it is for`, {
      hint: `write it as //HOST/PATH/:${key}=..., with the address of the registry and without "https:"`,
    })
  }
  return IGNORED_ALONE.flatMap((key) => {
    const setting = settings.get(key)
    return setting === undefined
      ? []
      : [`${setting.place} is ignored: "${key}" belongs to a registry, as //HOST/PATH/:${key}`]
  })
}
