/**
 * Colour and weight for a stream that shows them. Colour never carries meaning alone: every text reads the same without.
 * The rules are Node's own: FORCE_COLOR over NO_COLOR and NODE_DISABLE_COLORS over what the stream is.
 */
import { styleText } from 'node:util'
import type { Output, World } from './world.ts'

export type Style = {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

export const plain: Style = styleWith((_format, text) => text)

export function styleOf(output: Output, env: World['env']): Style {
  return usesColor(output, env)
    ? styleWith((format, text) => styleText(format, text, { validateStream: false }))
    : plain
}

type Format = keyof Style

function styleWith(apply: (format: Format, text: string) => string): Style {
  const formatter = (format: Format) => (text: string) => apply(format, text)
  return {
    bold: formatter('bold'),
    dim: formatter('dim'),
    red: formatter('red'),
    green: formatter('green'),
    yellow: formatter('yellow'),
    cyan: formatter('cyan'),
  }
}

function usesColor(output: Output, env: World['env']): boolean {
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return ['', 'true', '1', '2', '3'].includes(forced)
  if (isSet(env.NO_COLOR) || isSet(env.NODE_DISABLE_COLORS) || env.TERM === 'dumb') return false
  return output.isTTY === true
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
