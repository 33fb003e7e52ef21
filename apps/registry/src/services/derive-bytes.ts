/** A packument derived from an upstream's bytes, as bytes: what goes to a thread and comes back from it. */
import type { PackageName } from '@alkahest/core'
import { derivePackument } from './derive-packument.ts'
import type { HeldVersion, Hold, PackumentFacts } from './derive-packument.ts'
import { signingKeyOf } from './signing.ts'

export type DeriveRequest = {
  readonly name: PackageName
  readonly baseUrl: string
  readonly hold: Hold
  readonly body: Uint8Array
}

export type DerivedBytes = {
  readonly full: Uint8Array
  readonly abbreviated: Uint8Array
  readonly facts: PackumentFacts
  readonly held: readonly HeldVersion[]
  readonly modifiedAt: string | undefined
}

const cachedKeys = new Map<string, ReturnType<typeof signingKeyOf>>()

export function deriveBytes(request: DeriveRequest, privatePem: string): DerivedBytes {
  const signer = cachedKeys.get(privatePem) ?? signingKeyOf(privatePem)
  cachedKeys.set(privatePem, signer)
  const text = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength).toString('utf8')
  const { full, abbreviated, facts, held, modifiedAt } = derivePackument(text, {
    ...request,
    sign: (name, version, integrity) => signer.sign(name, version, integrity),
  })
  return { full: Buffer.from(full), abbreviated: Buffer.from(abbreviated), facts, held, modifiedAt }
}
