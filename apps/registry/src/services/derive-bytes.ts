/**
 * An upstream's packument derived, bytes in and bytes out: what goes to a process of its own and comes back from it. Everything that is large
 * (the decoded document, its JSON, the two documents made of it) lives and dies here.
 */
import type { PackageName } from '@alkahest/core'
import { brotliDecompressSync, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { etagOf, zstdOptions } from './coding.ts'
import { derivePackument } from './derive-packument.ts'
import type { HeldVersion, Hold } from './derive-packument.ts'
import { signingKeyOf } from './signing.ts'

/** Decoded, in bytes. The largest packument of the public registry is some 60 MB. */
export const DOCUMENT_SIZE_MAX: number = 128 * 1024 * 1024

export type DeriveRequest = {
  readonly name: PackageName
  readonly baseUrl: string
  readonly hold: Hold
  readonly body: Uint8Array
  /** The `content-encoding` of the body; undefined for none. */
  readonly coding: string | undefined
  /** The {@link DerivedBytes.source} of what is kept: the same document again is not derived again. */
  readonly keptSource: string | undefined
}

export type DerivedDocument = {
  /** Compressed with Zstandard. */
  readonly bytes: Uint8Array
  /** Of what was compressed. */
  readonly etag: string
}

export type DerivedBytes = {
  /** Names what the upstream sent. */
  readonly source: string
  readonly full: DerivedDocument
  readonly abbreviated: DerivedDocument
  /** `PackumentFacts` as JSON. */
  readonly facts: Uint8Array
  /** Those that are shown. */
  readonly versions: readonly string[]
  readonly held: readonly HeldVersion[]
  readonly modifiedAt: string | undefined
}

/** Decoding was given up: more than the caller wants to have in memory. */
export class DocumentTooLarge extends Error {}

const decoders: Readonly<Record<string, (body: Uint8Array, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

const cachedKeys = new Map<string, ReturnType<typeof signingKeyOf>>()

/** Undefined when it is what is kept already. Throws {@link DocumentTooLarge} above `sizeMax` bytes, and for what is no packument. */
export function deriveBytes(
  request: DeriveRequest,
  { privatePem, sizeMax }: { readonly privatePem: string; readonly sizeMax: number },
): DerivedBytes | undefined {
  const signer = cachedKeys.get(privatePem) ?? signingKeyOf(privatePem)
  cachedKeys.set(privatePem, signer)
  const body = decoded(request, sizeMax)
  const source = etagOf(body)
  if (source === request.keptSource) return undefined
  const { full, abbreviated, facts, held, modifiedAt } = derivePackument(body.toString('utf8'), {
    ...request,
    sign: (name, version, integrity) => signer.sign(name, version, integrity),
  })
  return {
    source,
    full: documentOf(full),
    abbreviated: documentOf(abbreviated),
    facts: Buffer.from(JSON.stringify(facts)),
    versions: Object.keys(facts.versions),
    held,
    modifiedAt,
  }
}

function decoded({ body, coding }: DeriveRequest, sizeMax: number): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const text = (coding ?? '').trim().toLowerCase()
  if (bytes.length > sizeMax) throw tooLarge(sizeMax)
  if (text === '' || text === 'identity') return bytes
  const decode = Object.hasOwn(decoders, text) ? decoders[text] : undefined
  if (decode === undefined)
    throw new Error(`its coding ${JSON.stringify(text.slice(0, 40))} is one that nobody asked for`)
  try {
    return decode(bytes, { maxOutputLength: sizeMax })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(sizeMax)
    throw new Error(`it is not ${text}, though it says so`, { cause })
  }
}

function tooLarge(sizeMax: number): DocumentTooLarge {
  return new DocumentTooLarge(`it is over ${sizeMax} bytes`)
}

function documentOf(text: string): DerivedDocument {
  const bytes = Buffer.from(text)
  return { bytes: zstdCompressSync(bytes, zstdOptions), etag: etagOf(bytes) }
}
