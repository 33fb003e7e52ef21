import { canAsk } from '../ask.ts'
import { given } from '../command.ts'
import type { CommandDefinition, Invocation } from '../command.ts'
import { answered, missingInput, readPassword } from '../password.ts'

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
    const { flags, context, operations } = invocation
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
    const report = await operations.login(context, options)
    return { document: report, text: () => `Logged in to ${report.registry} as ${report.username}\n` }
  },
}

async function readUsername({ flags, world, json }: Invocation): Promise<string> {
  const known = flags.text('username') ?? world.env.ALK_USERNAME
  if (known !== undefined) return known
  if (!canAsk(world, json)) throw missingInput('a user name', '--username or ALK_USERNAME')
  return answered(await (await world.loadPrompts()).text('User name'))
}

/** Only a new account needs it, so it is asked for but never required. */
async function readEmail({ flags, world, json }: Invocation): Promise<string | undefined> {
  const known = flags.text('email') ?? world.env.ALK_EMAIL
  if (known !== undefined || !canAsk(world, json) || flags.text('username') !== undefined) return known
  const typed = answered(await (await world.loadPrompts()).text('E-mail address (for a new account; may be empty)'))
  return typed === '' ? undefined : typed
}
