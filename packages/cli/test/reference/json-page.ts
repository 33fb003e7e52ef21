/** docs/reference/json.md, made from the shapes that the compiler holds against the operations' reports. */
import { jsonDocuments } from '../../src/json-shapes.ts'
import type { JsonDocument, Shape } from '../../src/shape.ts'

const opening = `# What --json prints

<!-- Generated from packages/cli/src/json-shapes.ts by packages/cli/test/reference.test.ts. Do not edit. -->

With \`--json\` a command prints one JSON document on one line of stdout: \`{"ok": true, ...}\` when it worked,
\`{"ok": false, "error": ...}\` when it did not. What programs print that a command starts goes to stderr, as do notes. \`alk run\`
prints two documents, a line each; \`alk registry\` hands \`--json\` on to the registry, whose first line is its ready document
(\`{"ok": true, "url", "port", "data", "pid"}\`).

Fields may be added in later versions; none is renamed or removed. In the tables \`a[].b\` is field \`b\` of each element of the
list \`a\`, and \`a.*\` each value of the map \`a\`; a field marked with \`?\` may be absent.
`

export function jsonPage(): string {
  return [opening, ...jsonDocuments.map(documentSection)].join('\n')
}

function documentSection({ title, commands, about, shape }: JsonDocument): string {
  const rows = fieldRows(shape, '')
  return [
    `## ${title}`,
    '',
    `Printed by ${commands.map((command) => `\`${command}\``).join(', ')}. ${about}`,
    '',
    '| Field | Type | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function fieldRows(shape: Shape<unknown>, path: string): readonly string[] {
  const { form } = shape
  switch (form.kind) {
    case 'object':
      return Object.entries(form.fields).flatMap(([name, field]) => {
        const inner = path === '' ? name : `${path}.${name}`
        return [
          `| \`${inner}${field.optional === true ? '?' : ''}\` | ${typeOf(field)} | ${field.meaning} |`,
          ...fieldRows(field, inner),
        ]
      })
    case 'list':
      return fieldRows(form.of, `${path}[]`)
    case 'map':
      return fieldRows(form.of, `${path}.*`)
    case 'nullable':
      return fieldRows(form.of, path)
    default:
      return []
  }
}

function typeOf({ form }: Shape<unknown>): string {
  switch (form.kind) {
    case 'text':
      return 'string'
    case 'flag':
      return 'boolean'
    case 'literal':
      return form.values.map((value) => `\`${JSON.stringify(value)}\``).join(', ')
    case 'list':
      return form.of.form.kind === 'object' ? 'list' : `list of ${typeOf(form.of)}`
    case 'map':
      return form.of.form.kind === 'object' ? 'map' : `map to ${typeOf(form.of)}`
    case 'nullable':
      return `${typeOf(form.of)} or null`
    case 'object':
    case 'number':
    case 'anything':
      return form.kind
  }
}
