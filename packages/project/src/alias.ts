/**
 * Aliases of alkahest.config.ts: a name for one command line, for several, or for code. What follows the name goes to the
 * last of them. An alias may have the name of a command: inside of it the name means the command itself.
 */
import { userError } from '@alkahest/core'
import type { Alias } from './config.ts'

export type CommandStep =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly run: (args: readonly string[]) => unknown
      readonly args: readonly string[]
    }

/** Deeper than any sensible alias of aliases; cycles are found before. */
const DEPTH_MAX = 50

/** The steps that a command line means; itself when its first word is no alias. Throws `ALIAS_CYCLE`. */
export function expandAliases(
  aliases: Readonly<Record<string, Alias>>,
  argv: readonly string[],
): readonly CommandStep[] {
  return expand(aliases, argv, [])
}

function expand(
  aliases: Readonly<Record<string, Alias>>,
  argv: readonly string[],
  open: readonly string[],
): readonly CommandStep[] {
  const [name = '', ...args] = argv
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  if (alias === undefined || open.at(-1) === name) return [{ kind: 'command', argv }]
  if (open.includes(name) || open.length >= DEPTH_MAX) {
    throw userError('ALIAS_CYCLE', `the aliases ${[...open, name].join(' -> ')} go round in a circle`)
  }
  if (typeof alias === 'function') return [{ kind: 'call', name, run: alias, args }]
  return alias.flatMap((line, index) => {
    const words = splitCommandLine(line)
    return expand(aliases, index === alias.length - 1 ? [...words, ...args] : words, [...open, name])
  })
}

/** Words as a shell would read them, with single and double quotes; nothing is substituted. */
export function splitCommandLine(line: string): readonly string[] {
  const words = line.matchAll(/(?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+/g)
  return [...words].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
      (_, single: string | undefined, ...rest: (string | undefined)[]) =>
        single ?? rest[0]?.replaceAll(/\\(["\\$`])/g, '$1') ?? rest[1] ?? '',
    ),
  )
}
