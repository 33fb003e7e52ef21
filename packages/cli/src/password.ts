/** A password from a terminal, the environment or stdin; never from the command line, which others can read. */
import { userError } from '@alkahest/core'
import { canAsk } from './ask.ts'
import type { Invocation } from './command.ts'
import type { Input } from './world.ts'

/** Longer than any password that a registry accepts. */
const PASSWORD_LENGTH_MAX = 4096

/** Throws `LOGIN_INPUT_MISSING` where nobody can be asked, `INTERRUPTED` when the question is not answered. */
export async function readPassword({ flags, world, json }: Invocation): Promise<string> {
  if (flags.on('passwordStdin')) return readLine(world.stdin)
  const known = world.env.ALK_PASSWORD
  if (known !== undefined) return known
  if (!canAsk(world, json)) throw missingInput('a password', '--password-stdin or ALK_PASSWORD')
  return answered(await (await world.loadPrompts()).secret('Password'))
}

export function answered(typed: string | undefined): string {
  if (typed === undefined) throw userError('INTERRUPTED', 'login was cancelled')
  return typed
}

export function missingInput(what: string, how: string): Error {
  return userError('LOGIN_INPUT_MISSING', `login needs ${what}, and there is no terminal to ask on`, {
    hint: `give it with ${how}`,
  })
}

async function readLine(stdin: Input): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += chunk.toString()
    if (text.length > PASSWORD_LENGTH_MAX)
      throw userError('USAGE', `the password on stdin is over ${PASSWORD_LENGTH_MAX} characters`)
  }
  return text.replace(/\r?\n$/, '')
}
