/** How a text stands on a line of the lockfile: as it is when that can be read back, else as a JSON string. */

/** Printable, no space at an end, nothing that the grammar means something by. */
export function formatText(text: string): string {
  const isPlain =
    text !== '' &&
    text === text.trim() &&
    !text.startsWith('"') &&
    !text.includes(' -> ') &&
    !text.endsWith(' optional') &&
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    !/[\u0000-\u001f\u007f\u2028\u2029]/.test(text)
  return isPlain ? text : JSON.stringify(text)
}

/** The text in a field, or undefined when it starts like a JSON string and is none. */
export function parseText(field: string): string | undefined {
  if (!field.startsWith('"')) return field === '' ? undefined : field
  try {
    const value: unknown = JSON.parse(field)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // not a JSON string: the caller says so, with the line
  }
}

/** Can stand in a list separated by spaces. */
export function isWord(text: string): boolean {
  return /^[\u0021-\u007e\u00a1-\uffff]+$/.test(text)
}
