/**
 * Where a text stops being JSON. `JSON.parse` tells the position for some mistakes only, and a person who looks for a
 * missing comma in a package.json wants the line for all of them. Used after a failure, never to read.
 */

/** Beyond this nobody reads the text by eye, and a scan would cost more than it tells. */
const SCAN_LENGTH_MAX = 4 * 1024 * 1024

const SPACE = /[ \t\r\n]*/y
/** Any character from the space on but the quote and the backslash, or an escape. */
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"/iuy
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.+-])/iy

/** What may come next. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing'

/** The offset of the first character that cannot stand where it does; undefined when the text ends too early. */
export function jsonMistakeAt(text: string): number | undefined {
  if (text.length > SCAN_LENGTH_MAX) return undefined
  const open: ('}' | ']')[] = []
  let expected: Expected = 'value'
  let at = text.startsWith('\uFEFF') ? 1 : 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma')
  for (;;) {
    take(SPACE)
    const next: string | undefined = text[at]
    if (next === undefined) return undefined
    if (expected === 'colon' && next === ':') {
      at++
      expected = 'value'
    } else if (expected === 'comma' && next === ',') {
      at++
      expected = open.at(-1) === '}' ? 'key' : 'value'
    } else if (next === open.at(-1) && (expected === 'comma' || expected.startsWith('first'))) {
      at++
      open.pop()
      expected = afterValue()
    } else if (expected.endsWith('key') && take(STRING)) {
      expected = 'colon'
    } else if (expected.endsWith('value') && (next === '{' || next === '[')) {
      at++
      open.push(next === '{' ? '}' : ']')
      expected = next === '{' ? 'first key' : 'first value'
    } else if (expected.endsWith('value') && (take(STRING) || take(SCALAR))) {
      expected = afterValue()
    } else {
      return at
    }
  }
}
