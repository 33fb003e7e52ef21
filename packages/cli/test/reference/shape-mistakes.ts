/** Where a JSON value is not of a shape: one sentence for each place, none when it fits. */
import { isDeepStrictEqual } from 'node:util'
import type { Shape } from '../../src/shape.ts'

export function shapeMistakes(value: unknown, shape: Shape<unknown>, place = 'document'): readonly string[] {
  const { form } = shape
  const wrong = (wanted: string): readonly string[] => [`${place} is ${JSON.stringify(value)}, not ${wanted}`]
  switch (form.kind) {
    case 'text':
      return typeof value === 'string' ? [] : wrong('a string')
    case 'number':
      return typeof value === 'number' ? [] : wrong('a number')
    case 'flag':
      return typeof value === 'boolean' ? [] : wrong('a boolean')
    case 'anything':
      return []
    case 'literal':
      return form.values.some((literal) => isDeepStrictEqual(literal, value))
        ? []
        : wrong(`one of ${form.values.join(', ')}`)
    case 'nullable':
      return value === null ? [] : shapeMistakes(value, form.of, place)
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((inner, index) => shapeMistakes(inner, form.of, `${place}[${index}]`))
        : wrong('a list')
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, inner]) => shapeMistakes(inner, form.of, `${place}.${key}`))
        : wrong('an object')
    case 'object':
      return isObject(value) ? objectMistakes(value, form.fields, place) : wrong('an object')
  }
}

function objectMistakes(
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Shape<unknown>>>,
  place: string,
): readonly string[] {
  const unknown = Object.keys(value).filter((key) => !(key in fields))
  return [
    ...unknown.map((key) => `${place}.${key} is not in json-shapes.ts`),
    ...Object.entries(fields).flatMap(([key, field]) => {
      if (key in value) return shapeMistakes(value[key], field, `${place}.${key}`)
      return field.optional === true ? [] : [`${place}.${key} is missing`]
    }),
  ]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
