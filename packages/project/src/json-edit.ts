/**
 * Changes to a JSON text that leave everything else as its author wrote it: the text is scanned for positions, and only
 * the characters of the change are replaced. The text has been through `parseJson` before, so it is known to be JSON.
 */
import { invariant } from '@alkahest/core'
import type { Json } from '@alkahest/core'

export type SetOptions = {
  readonly value: Json
  /** Where a new key goes among those of its object: the index of the key to stand before. The end when absent. */
  readonly before?: (keys: readonly string[]) => number
}

/** The text with the value at `path` set; missing objects on the way are made. A value that is there keeps its place. */
export function setJsonValue(text: string, path: readonly string[], options: SetOptions): string {
  const style = styleOf(text)
  let node = scan(text)
  for (const [depth, key] of path.entries()) {
    invariant(node.properties !== undefined, `${path.slice(0, depth).join('.')} is an object`)
    const property = node.properties.findLast((candidate) => candidate.key === key)
    const rest = path.slice(depth + 1)
    if (property === undefined)
      return insert(text, { node, depth, key, value: nest(rest, options.value), style, before: options.before })
    if (rest.length === 0) {
      return splice(text, property.value, formatValue(options.value, depth + 1, style))
    }
    node = property.value
  }
  return splice(text, node, formatValue(options.value, 0, style))
}

/** The text without the key at `path`; the same text when it is not there. */
export function removeJsonKey(text: string, path: readonly string[]): string {
  let node = scan(text)
  for (const key of path.slice(0, -1)) {
    const property = node.properties?.findLast((candidate) => candidate.key === key)
    if (property === undefined) return text
    node = property.value
  }
  const properties = node.properties ?? []
  const index = properties.findIndex((candidate) => candidate.key === path.at(-1))
  const property = properties[index]
  if (property === undefined) return text
  const previous = properties[index - 1]
  const next = properties[index + 1]
  let without: string
  if (previous !== undefined) without = splice(text, { start: previous.value.end, end: property.value.end }, '')
  else if (next !== undefined) without = splice(text, { start: property.start, end: next.start }, '')
  else without = splice(text, { start: node.start + 1, end: node.end - 1 }, '')
  return removeJsonKey(without, path) // a key written twice goes both times
}

type Node = { readonly start: number; readonly end: number; readonly properties: readonly Property[] | undefined }
type Property = { readonly key: string; readonly start: number; readonly value: Node }
type Style = { readonly indent: string; readonly newline: string; readonly oneLine: boolean }

type Insertion = {
  readonly node: Node
  readonly depth: number
  readonly key: string
  readonly value: Json
  readonly style: Style
  readonly before: SetOptions['before']
}

function insert(text: string, { node, depth, key, value, style, before }: Insertion): string {
  const properties = node.properties ?? []
  const colon = style.oneLine ? ':' : ': '
  const entry = `${JSON.stringify(key)}${colon}${formatValue(value, depth + 1, style)}`
  const last = properties.at(-1)
  if (last === undefined) {
    const open = style.oneLine ? '' : style.newline + style.indent.repeat(depth + 1)
    const close = style.oneLine ? '' : style.newline + style.indent.repeat(depth)
    return splice(text, node, `{${open}${entry}${close}}`)
  }
  const index = before?.(properties.map((property) => property.key)) ?? -1
  const follower = index >= 0 ? properties[index] : undefined
  if (follower === undefined)
    return splice(text, { start: last.value.end, end: last.value.end }, `,${gapBefore(text, last)}${entry}`)
  return splice(text, { start: follower.start, end: follower.start }, `${entry},${gapBefore(text, follower)}`)
}

/** The white space between a key and the comma or brace in front of it: what a neighbour is set off by. */
function gapBefore(text: string, property: Property): string {
  return /\s*$/.exec(text.slice(0, property.start))?.[0] ?? ''
}

function nest(path: readonly string[], value: Json): Json {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)
}

function formatValue(value: Json, depth: number, style: Style): string {
  if (style.oneLine) return JSON.stringify(value)
  return JSON.stringify(value, undefined, style.indent).replaceAll('\n', style.newline + style.indent.repeat(depth))
}

function styleOf(text: string): Style {
  return {
    indent: /^\s*\{\s*?\r?\n([ \t]+)/.exec(text.replace(/^\uFEFF/, ''))?.[1] ?? '  ',
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    oneLine: !text.trim().includes('\n') && text.trim() !== '{}',
  }
}

function splice(text: string, { start, end }: Pick<Node, 'start' | 'end'>, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

function scan(text: string): Node {
  return new Scanner(text).value()
}

/** Positions of every value; it trusts that the text is JSON. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text
  }

  value(): Node {
    this.#skipSpace()
    const start = this.#at
    const first = this.#text[start]
    if (first === '{') return { start, properties: this.#object(), end: this.#at }
    if (first === '[') this.#array()
    else if (first === '"') this.#string()
    else while (/[^\s,\]}]/.test(this.#text[this.#at] ?? ',')) this.#at++
    return { start, properties: undefined, end: this.#at }
  }

  #object(): Property[] {
    const properties: Property[] = []
    this.#enter()
    while (!this.#leaves('}')) {
      const start = this.#at
      const key = JSON.parse(this.#string()) as string
      this.#skipSpace()
      this.#at++ // the colon
      properties.push({ key, start, value: this.value() })
    }
    return properties
  }

  #array(): void {
    this.#enter()
    while (!this.#leaves(']')) this.value()
  }

  #enter(): void {
    this.#at++
    this.#skipSpace()
  }

  /** Passes a comma or the closing bracket; true when it was the bracket. */
  #leaves(bracket: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] === ',') this.#enter()
    invariant(this.#at < this.#text.length, 'a scanned text is JSON')
    if (this.#text[this.#at] !== bracket) return false
    this.#at++
    return true
  }

  #string(): string {
    const start = this.#at++
    while (this.#text[this.#at] !== '"') {
      invariant(this.#at < this.#text.length, 'a scanned text is JSON')
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1
    }
    return this.#text.slice(start, ++this.#at)
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }
}
