/**
 * JSON from outside: size and depth are limited and the keys that could reach a prototype are dropped, so that what
 * comes out can be copied and merged like any other value.
 */
import { userError } from './errors.ts'
import { jsonMistakeAt } from './json-mistake.ts'

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

/** npm's largest packument is about 40 MB of text; anything beyond this is a mistake or an attack. */
const JSON_LENGTH_MAX = 128 * 1024 * 1024

/** Real manifests nest below 20; V8 itself gives up at some thousands. */
const JSON_DEPTH_MAX = 200

export type ParseJsonOptions = {
  /** In UTF-16 units. */
  readonly lengthMax?: number
}

/**
 * Reads a JSON text or throws `JSON_INVALID`, naming the place (a file or an address) where it came from.
 * A byte order mark is allowed, as editors on Windows write one. Keys named `__proto__` are left out.
 */
export function parseJson(text: string, place: string, options: ParseJsonOptions = {}): Json {
  const lengthMax = options.lengthMax ?? JSON_LENGTH_MAX
  if (text.length > lengthMax) throw userError('JSON_INVALID', `${place} is over ${lengthMax} characters`)
  let value: Json
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as Json
  } catch (cause) {
    throw userError('JSON_INVALID', `${place} is not valid JSON${reason(cause, text)}`, { cause })
  }
  // The text is searched first: nearly every document is clean, and walking a large one costs more than scanning it.
  if (text.includes('__proto__') || text.includes('\\u')) value = withoutPrototypeKeys(value)
  checkDepth(value, place)
  return value
}

/** The object at hand, or undefined when the value is anything else. */
export function asJsonObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

/** Line and column of the mistake, both from 1; V8 names a position for most mistakes, we look for the others. */
function reason(cause: unknown, text: string): string {
  if (text.trim() === '') return ': it is empty'
  const told = /position (\d+)/.exec(String(cause))?.[1]
  const position = told === undefined ? jsonMistakeAt(text) : Number(told)
  if (position === undefined || position >= text.length) return ': it ends too early'
  const before = text.slice(0, position).split('\n')
  return `: mistake at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

function withoutPrototypeKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPrototypeKeys)
  const object = asJsonObject(value)
  if (object === undefined) return value
  const entries = Object.entries(object).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutPrototypeKeys(inner)]))
}

/** Iterative on purpose: the attack is a document so deep that a recursive walk overflows the stack. */
function checkDepth(root: Json, place: string): void {
  let level: readonly Json[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > JSON_DEPTH_MAX)
      throw userError('JSON_INVALID', `${place} is nested deeper than ${JSON_DEPTH_MAX} levels`)
    const next: Json[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) next.push(inner)
    }
    level = next
  }
}
