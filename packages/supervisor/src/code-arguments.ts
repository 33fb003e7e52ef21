/** The three ways to say what `eval` and `rpc` run: an expression, a file, a function of a module. */
import { readFileSync } from 'node:fs'
import { EXIT_USAGE, Failure, messageOf } from './failure.ts'
import { stripTypes } from './strip-types.ts'

export type CodeArguments = {
  readonly code: string
  /** What the code finds in `process.argv` from the third place on (`eval` only). */
  readonly argv: readonly string[]
}

/**
 * `EXPR`, `--file FILE` (TypeScript too), or `--call MODULE#FUNCTION [-- ARGUMENTS]`, where the module is relative to the
 * application's folder or a package's name and the arguments are texts.
 */
export function codeOfArguments(command: string, rest: readonly string[]): CodeArguments {
  const [first, second, ...more] = rest
  if (first === '--file' && second !== undefined) return { code: readCode(second), argv: afterDashes(more) }
  if (first === '--call' && second !== undefined) return { code: callOf(command, second, afterDashes(more)), argv: [] }
  if (first === undefined || first.startsWith('--')) {
    throw new Failure(`${command} needs an expression, --file FILE or --call MODULE#FUNCTION`, EXIT_USAGE)
  }
  return { code: first, argv: afterDashes(rest.slice(1)) }
}

function afterDashes(rest: readonly string[]): readonly string[] {
  return rest[0] === '--' ? rest.slice(1) : rest
}

/** The body of an asynchronous function: it may await, and what it returns is the value. */
function readCode(file: string): string {
  try {
    return stripTypes(`(async () => {${readFileSync(file, 'utf8')}\n})()`)
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`)
  }
}

function callOf(command: string, target: string, argv: readonly string[]): string {
  const [module = '', name = ''] = target.split('#')
  if (module === '' || name === '')
    throw new Failure(`${command} --call needs MODULE#FUNCTION, not ${target}`, EXIT_USAGE)
  const list = argv.map((argument) => JSON.stringify(argument)).join(', ')
  return `(await import(${JSON.stringify(module)}))[${JSON.stringify(name)}](${list})`
}
