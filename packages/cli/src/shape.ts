/** What a shape is made of: the words that json-shapes.ts and its parts are written in. */

/** A JSON value's shape; `T` is what TypeScript calls it. */
export type Shape<T> = { readonly meaning: string; readonly optional?: true; readonly form: Form; readonly type?: T }

export type Form =
  | { readonly kind: 'text' | 'number' | 'flag' | 'anything' }
  | { readonly kind: 'literal'; readonly values: readonly (string | boolean)[] }
  | { readonly kind: 'list' | 'map'; readonly of: Shape<unknown>; readonly nullable?: boolean }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape<unknown>>> }
  | { readonly kind: 'nullable'; readonly of: Shape<unknown> }

export type JsonDocument = {
  readonly title: string
  /** The commands that print it, as their usage lines begin. */
  readonly commands: readonly string[]
  readonly about: string
  readonly shape: Shape<unknown>
}

export const text = (meaning: string): Shape<string> => ({ meaning, form: { kind: 'text' } })
export const number = (meaning: string): Shape<number> => ({ meaning, form: { kind: 'number' } })
export const flag = (meaning: string): Shape<boolean> => ({ meaning, form: { kind: 'flag' } })
export const anything = (meaning: string): Shape<unknown> => ({ meaning, form: { kind: 'anything' } })

export function literal<const Value extends string | boolean>(values: readonly Value[], meaning: string): Shape<Value> {
  return { meaning, form: { kind: 'literal', values } }
}

export function list<T>(of: Shape<T>, meaning: string): Shape<readonly T[]> {
  return { meaning, form: { kind: 'list', of } }
}

export function map<T>(of: Shape<T>, meaning: string): Shape<Readonly<Record<string, T>>> {
  return { meaning, form: { kind: 'map', of } }
}

export function orNull<T>(of: Shape<T>): Shape<T | null> {
  return { meaning: of.meaning, form: { kind: 'nullable', of } }
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { ...shape, optional: true }
}

/** Every key of `T` must have its shape, and no other may. */
export function object<T>(fields: { readonly [Key in keyof T]-?: Shape<T[Key]> }, meaning = ''): Shape<T> {
  return { meaning, form: { kind: 'object', fields } }
}

/** What every document of something that worked begins with. */
export const ok: { readonly ok: Shape<true> } = { ok: literal([true], 'it worked') }
