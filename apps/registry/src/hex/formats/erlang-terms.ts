/**
 * Erlang terms as text, as `file:consult` reads them: the form of `metadata.config`. It comes from strangers, so it is data here and never
 * code, and everything that can be large or deep has a limit.
 *
 * Strings become texts. A binary literal is bytes: those that are UTF-8 are read as such, others as Latin-1, which is what older tools wrote.
 */
import { HexFormatError } from './format-error.ts'

/** Hex's own limit on metadata. */
const LENGTH_MAX = 1024 * 1024
/** Real metadata has five levels. */
const DEPTH_MAX = 64
const TERM_COUNT_MAX = 200_000

export type ErlangTerm =
  | string
  | number
  | readonly ErlangTerm[]
  | { readonly atom: string }
  | { readonly tuple: readonly ErlangTerm[] }

/** Reads `term. term. ...` or throws {@link HexFormatError}, naming the line. */
export function parseErlangTerms(bytes: Uint8Array, place: string): readonly ErlangTerm[] {
  if (bytes.length > LENGTH_MAX) throw new HexFormatError('metadata', `${place} is over ${LENGTH_MAX} bytes`)
  return new TermReader(decode(bytes), place).readAll()
}

/** UTF-8, else Latin-1. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

const ESCAPES: Readonly<Record<string, number>> = {
  b: 8,
  d: 127,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  s: 32,
  t: 9,
  v: 11,
}

class TermReader {
  readonly #text: string
  readonly #place: string
  #position = 0
  #count = 0

  constructor(text: string, place: string) {
    this.#text = text
    this.#place = place
  }

  readAll(): readonly ErlangTerm[] {
    const terms: ErlangTerm[] = []
    for (this.#skipSpace(); this.#position < this.#text.length; this.#skipSpace()) {
      terms.push(this.#term(0))
      this.#expect('.')
    }
    return terms
  }

  #term(depth: number): ErlangTerm {
    this.#count++
    if (depth > DEPTH_MAX) throw this.#fail(`it is nested deeper than ${DEPTH_MAX} levels`)
    if (this.#count > TERM_COUNT_MAX) throw this.#fail(`it holds over ${TERM_COUNT_MAX} terms`)
    this.#skipSpace()
    if (this.#take('<<')) return this.#binary()
    if (this.#take('[')) return this.#sequence(']', depth)
    if (this.#take('{')) return { tuple: this.#sequence('}', depth) }
    if (this.#take('"')) return this.#textOf(this.#quoted('"'))
    if (this.#take("'")) return { atom: this.#textOf(this.#quoted("'")) }
    const number = this.#match(/-?\d+(?:\.\d+(?:[eE][+-]?\d+)?)?/y)
    if (number !== undefined) return Number(number)
    const atom = this.#match(/[a-z][A-Za-z0-9_@]*/y)
    if (atom !== undefined) return { atom }
    throw this.#fail('a term was expected')
  }

  #sequence(end: ']' | '}', depth: number): readonly ErlangTerm[] {
    const terms: ErlangTerm[] = []
    this.#skipSpace()
    if (this.#take(end)) return terms
    for (;;) {
      terms.push(this.#term(depth + 1))
      this.#skipSpace()
      if (this.#take(end)) return terms
      this.#expect(',')
    }
  }

  /** `<<"text">>`, `<<"text"/utf8>>`, `<<1,2>>`, several strings beside each other or with commas between. */
  #binary(): string {
    const bytes: number[] = []
    this.#skipSpace()
    if (this.#take('>>')) return ''
    for (;;) {
      this.#segment(bytes)
      this.#skipSpace()
      if (this.#take('>>')) return decode(Uint8Array.from(bytes))
      this.#expect(',')
    }
  }

  #segment(bytes: number[]): void {
    this.#skipSpace()
    const integer = this.#match(/\d{1,3}/y)
    if (integer !== undefined) {
      if (Number(integer) > 255) throw this.#fail('a byte was expected')
      bytes.push(Number(integer))
      return
    }
    const codes: number[] = []
    if (!this.#take('"')) throw this.#fail('a string or a byte was expected')
    do {
      for (const code of this.#quoted('"')) codes.push(code)
      this.#skipSpace()
    } while (this.#take('"'))
    if (this.#match(/\/utf8/y) !== undefined) {
      for (const byte of Buffer.from(this.#textOf(codes), 'utf8')) bytes.push(byte)
      return
    }
    // Without /utf8 a literal keeps the low byte of each character.
    for (const code of codes) bytes.push(code & 255)
  }

  #textOf(codes: readonly number[]): string {
    let text = ''
    for (const code of codes) text += String.fromCodePoint(code)
    return text
  }

  /** Code points up to the closing quote. */
  #quoted(quote: '"' | "'"): readonly number[] {
    const codes: number[] = []
    for (;;) {
      const code = this.#text.codePointAt(this.#position)
      if (code === undefined) throw this.#fail('a quotation does not end')
      this.#position += code > 0xffff ? 2 : 1
      if (code === quote.charCodeAt(0)) return codes
      codes.push(code === 0x5c ? this.#escape() : code)
    }
  }

  #escape(): number {
    const octal = this.#match(/[0-7]{1,3}/y)
    if (octal !== undefined) return Number.parseInt(octal, 8)
    const hex = this.#match(/x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/y)
    if (hex !== undefined) return this.#codePoint(Number.parseInt(hex.replaceAll(/[x{}]/g, ''), 16))
    const control = this.#match(/\^[@-_a-z]/y)
    if (control !== undefined) return control.charCodeAt(1) & 31
    const code = this.#text.codePointAt(this.#position)
    if (code === undefined) throw this.#fail('a quotation does not end')
    this.#position += code > 0xffff ? 2 : 1
    return ESCAPES[String.fromCodePoint(code)] ?? code
  }

  #codePoint(code: number): number {
    if (code > 0x10_ff_ff) throw this.#fail('an escape names no character')
    return code
  }

  #skipSpace(): void {
    this.#match(/(?:\s+|%[^\n]*)*/y)
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#position)) return false
    this.#position += text.length
    return true
  }

  #expect(text: string): void {
    this.#skipSpace()
    if (!this.#take(text)) throw this.#fail(`${JSON.stringify(text)} was expected`)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const [found] = pattern.exec(this.#text) ?? []
    if (found !== undefined) this.#position += found.length
    return found
  }

  #fail(reason: string): Error {
    const line = this.#text.slice(0, this.#position).split('\n').length
    return new HexFormatError('metadata', `${this.#place} cannot be read: line ${line}: ${reason}`)
  }
}
