/**
 * Erlang's external term format, in the part that Hex clients speak: what their API requests and our answers consist of. Atoms are `true`,
 * `false` and `nil`; texts are binaries. Format: the chapter "External Term Format" of ERTS.
 */
import type { Json } from '@alkahest/core'
import { HexFormatError } from './format-error.ts'

const VERSION = 131
const DEPTH_MAX = 64

/** Tags of the format. */
const tags = {
  newFloat: 70,
  smallInteger: 97,
  integer: 98,
  atom: 100,
  smallTuple: 104,
  nil: 106,
  string: 107,
  list: 108,
  binary: 109,
  smallBig: 110,
  smallAtom: 115,
  map: 116,
  atomUtf8: 118,
  smallAtomUtf8: 119,
} as const

/** Whole or not at all: throws {@link HexFormatError}. Other atoms become texts, tuples lists. */
export function decodeTerm(bytes: Uint8Array): Json {
  const reader = new TermDecoder(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  return reader.decode()
}

export function encodeTerm(value: Json): Buffer {
  const parts: Buffer[] = [Buffer.from([VERSION])]
  encode(value, parts)
  return Buffer.concat(parts)
}

class TermDecoder {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  decode(): Json {
    if (this.#byte() !== VERSION) throw invalid('it does not begin with 131')
    const value = this.#term(0)
    if (this.#position !== this.#bytes.length) throw invalid('bytes follow the term')
    return value
  }

  #term(depth: number): Json {
    if (depth > DEPTH_MAX) throw invalid(`it is nested deeper than ${DEPTH_MAX} levels`)
    const tag = this.#byte()
    switch (tag) {
      case tags.smallInteger:
        return this.#byte()
      case tags.integer:
        return this.#take(4).readInt32BE()
      case tags.smallBig:
        return this.#big()
      case tags.newFloat:
        return this.#float()
      case tags.atom:
      case tags.atomUtf8:
        return atomOf(this.#take(this.#take(2).readUInt16BE()).toString('utf8'))
      case tags.smallAtom:
      case tags.smallAtomUtf8:
        return atomOf(this.#take(this.#byte()).toString('utf8'))
      case tags.binary:
        return textOf(this.#take(this.#length()))
      case tags.string:
        return [...this.#take(this.#take(2).readUInt16BE())]
      case tags.nil:
        return []
      case tags.list:
        return this.#list(depth)
      case tags.smallTuple:
        return this.#terms(this.#byte(), depth)
      case tags.map:
        return this.#map(depth)
      default:
        throw invalid(`it holds a term of tag ${tag}`)
    }
  }

  #list(depth: number): Json {
    const terms = this.#terms(this.#length(), depth)
    if (this.#byte() !== tags.nil) throw invalid('it holds an improper list')
    return terms
  }

  #terms(count: number, depth: number): Json[] {
    // The attack: a count of billions in a few bytes. Each term takes a byte at least.
    if (count > this.#bytes.length - this.#position) throw invalid('it ends too early')
    const terms: Json[] = []
    for (let index = 0; index < count; index++) terms.push(this.#term(depth + 1))
    return terms
  }

  #map(depth: number): Json {
    const count = this.#length()
    if (count * 2 > this.#bytes.length - this.#position) throw invalid('it ends too early')
    const entries: [string, Json][] = []
    for (let index = 0; index < count; index++) {
      const key = this.#term(depth + 1)
      if (typeof key !== 'string') throw invalid('a key of a map is no text')
      const value = this.#term(depth + 1)
      if (key !== '__proto__') entries.push([key, value])
    }
    return Object.fromEntries(entries)
  }

  #big(): number {
    const length = this.#byte()
    const negative = this.#byte() === 1
    if (length > 8) throw invalid('it holds a number of more than 64 bits')
    const digits = this.#take(length)
    let value = 0n
    for (let index = length - 1; index >= 0; index--) value = value * 256n + BigInt(digits[index] ?? 0)
    const number = Number(negative ? -value : value)
    if (!Number.isSafeInteger(number)) throw invalid('it holds a number of more than 53 bits')
    return number
  }

  #float(): number {
    const value = this.#take(8).readDoubleBE()
    if (!Number.isFinite(value)) throw invalid('it holds a float that is no number')
    return value
  }

  #length(): number {
    return this.#take(4).readUInt32BE()
  }

  #byte(): number {
    return this.#take(1).readUInt8()
  }

  #take(length: number): Buffer {
    const end = this.#position + length
    if (end > this.#bytes.length) throw invalid('it ends too early')
    const taken = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return taken
  }
}

function atomOf(name: string): Json {
  if (name === 'true') return true
  if (name === 'false') return false
  return name === 'nil' || name === 'undefined' ? null : name
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw invalid('it holds a text that is not UTF-8', cause)
  }
}

function encode(value: Json, parts: Buffer[]): void {
  if (value === null) parts.push(atomBytes('nil'))
  else if (typeof value === 'boolean') parts.push(atomBytes(String(value)))
  else if (typeof value === 'number') parts.push(numberBytes(value))
  else if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8')
    parts.push(headed(tags.binary, text.length), text)
  } else if (Array.isArray(value)) {
    if (value.length > 0) parts.push(headed(tags.list, value.length))
    for (const entry of value as readonly Json[]) encode(entry, parts)
    parts.push(Buffer.from([tags.nil]))
  } else {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    parts.push(headed(tags.map, entries.length))
    for (const [key, inner] of entries) {
      encode(key, parts)
      encode(inner, parts)
    }
  }
}

function atomBytes(name: string): Buffer {
  const text = Buffer.from(name, 'latin1')
  // Clients from before OTP 26 wrote and read this one; newer ones read it as well.
  return Buffer.concat([Buffer.from([tags.atom, 0, text.length]), text])
}

function numberBytes(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return Buffer.from([tags.smallInteger, value])
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
    const bytes = Buffer.alloc(5)
    bytes[0] = tags.integer
    bytes.writeInt32BE(value, 1)
    return bytes
  }
  if (Number.isSafeInteger(value)) {
    const bytes = Buffer.alloc(11)
    bytes.set([tags.smallBig, 8, value < 0 ? 1 : 0])
    bytes.writeBigUInt64LE(BigInt(Math.abs(value)), 3)
    return bytes
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = tags.newFloat
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function headed(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = tag
  bytes.writeUInt32BE(length, 1)
  return bytes
}

function invalid(reason: string, cause?: unknown): Error {
  return new HexFormatError('body', `the Erlang term cannot be read: ${reason}`, { cause })
}
