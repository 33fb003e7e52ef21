import { expect, it } from 'vitest'
import { styleOf } from '../src/style.ts'

const RED = '\u001B[31mx\u001B[39m'

it.each([
  ['a terminal', { isTTY: true }, {}, RED],
  ['a pipe', {}, {}, 'x'],
  ['a terminal, NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, 'x'],
  ['a terminal, empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, RED],
  ['a terminal, NODE_DISABLE_COLORS', { isTTY: true }, { NODE_DISABLE_COLORS: '1' }, 'x'],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, 'x'],
  ['a pipe, FORCE_COLOR', {}, { FORCE_COLOR: '1' }, RED],
  ['a pipe, FORCE_COLOR over NO_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, RED],
  ['a terminal, FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, 'x'],
])('%s', (...[, stream, env, expected]) => {
  expect(styleOf({ ...stream, write: () => undefined }, env).red('x')).toBe(expected)
})
