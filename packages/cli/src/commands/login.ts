import { userError } from '@alkahest/core'
import { canAsk } from '../ask.ts'
import { given } from '../command.ts'
import type { CommandDefinition, Invocation } from '../command.ts'
import type { Input } from '../world.ts'

/** Longer than any password that a registry accepts. */
const PASSWORD_LENGTH_MAX = 4096

export const loginCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Logs in to a registry and keeps the token in ~/.npmrc, where npm and pnpm find it too. A registry that allows it makes the account when there is none.',
    'On a terminal it asks for what is missing. Elsewhere the name comes from --username or ALK_USERNAME, the address from --email or ALK_EMAIL, and the password from --password-stdin or ALK_PASSWORD; a password is never an argument, because arguments are visible to every process.',
  ],
  options: [
    { flags: '--registry <url>', meaning: 'Which registry (default: the configured one)' },
    { flags: '--scope <scope>', meaning: 'Use this registry for packages of the scope' },
    { flags: '-u, --username <name>', meaning: 'Who logs in (default: ALK_USERNAME, else asked)' },
    { flags: '--email <address>', meaning: 'For a new account (default: ALK_EMAIL, else asked)' },
    { flags: '--otp <code>', meaning: 'One-time password, where the account needs one' },
    { flags: '--password-stdin', meaning: 'Read the password from stdin (default: ALK_PASSWORD, else asked)' },
  ],
  examples: [
    { line: 'alk login', meaning: 'asks for name and password' },
    { line: 'alk login --registry http://127.0.0.1:4873', meaning: 'at another registry' },
    { line: 'alk login -u ada --password-stdin < secret', meaning: 'in a script' },
  ],
  run: async (invocation) => {
    const { flags, context, operation } = invocation
    const username = await readUsername(invocation)
    const password = await readPassword(invocation)
    const email = await readEmail(invocation)
    const options = given({
      registry: flags.text('registry'),
      scope: flags.text('scope'),
      username,
      password,
      email,
      otp: flags.text('otp'),
    })
    const report = await (await operation('login'))(context, options)
    return { document: report, text: () => `Logged in to ${report.registry} as ${report.username}\n` }
  },
}

async function readUsername({ flags, world, json }: Invocation): Promise<string> {
  const known = flags.text('username') ?? world.env.ALK_USERNAME
  if (known !== undefined) return known
  if (!canAsk(world, json)) throw missing('a user name', '--username or ALK_USERNAME')
  return answer(await (await world.loadPrompts()).text('User name'))
}

async function readPassword({ flags, world, json }: Invocation): Promise<string> {
  if (flags.on('passwordStdin')) return readLine(world.stdin)
  const known = world.env.ALK_PASSWORD
  if (known !== undefined) return known
  if (!canAsk(world, json)) throw missing('a password', '--password-stdin or ALK_PASSWORD')
  return answer(await (await world.loadPrompts()).secret('Password'))
}

/** Only a new account needs it, so it is asked for but never required. */
async function readEmail({ flags, world, json }: Invocation): Promise<string | undefined> {
  const known = flags.text('email') ?? world.env.ALK_EMAIL
  if (known !== undefined || !canAsk(world, json) || flags.text('username') !== undefined) return known
  const typed = answer(await (await world.loadPrompts()).text('E-mail address (for a new account; may be empty)'))
  return typed === '' ? undefined : typed
}

function answer(typed: string | undefined): string {
  if (typed === undefined) throw userError('INTERRUPTED', 'login was cancelled')
  return typed
}

function missing(what: string, how: string): Error {
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
