import { userError } from '@alkahest/core'
import { given } from '../command.ts'
import type { CommandDefinition, Invocation, Outcome } from '../command.ts'
import { readPassword } from '../password.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const tokenCommand: CommandDefinition = {
  operands: [
    { notation: '<action>', meaning: 'list, create or revoke' },
    { notation: '[key]', meaning: 'to revoke: as list shows it' },
  ],
  manual: [
    'Tokens let programs in, such as CI. A new one is shown this once; making it asks for the password (elsewhere: --password-stdin or ALK_PASSWORD).',
  ],
  options: [
    { flags: '--name <name>', meaning: 'What a new one is for' },
    { flags: '--read-only', meaning: 'A new one may not publish' },
    { flags: '--expires <days>', meaning: 'A new one ends after so many days' },
    {
      flags: '--package <name>',
      meaning: 'A new one is for this package or @scope; may be repeated',
      repeatable: true,
    },
    { flags: '--cidr <range>', meaning: 'A new one works from these addresses; may be repeated', repeatable: true },
    { flags: '--password-stdin', meaning: 'Read the password from stdin' },
    ...registryOptionDefinitions,
  ],
  examples: [
    { line: 'alk token list', meaning: 'which there are' },
    { line: 'alk token create --name ci --read-only --expires 90', meaning: 'one for installs in CI' },
    { line: 'alk token revoke 3f2a9c', meaning: 'one that must not work any more' },
  ],
  run: async (invocation) => {
    const [action = '', key] = invocation.operands
    if (action === 'list' && key === undefined) return list(invocation)
    if (action === 'create' && key === undefined) return create(invocation)
    if (action === 'revoke' && key !== undefined) return revoke(invocation, key)
    throw userError('USAGE', `${action} is not a whole action`, { hint: 'write list, create or revoke KEY' })
  },
}

async function list({ flags, context, operations }: Invocation): Promise<Outcome> {
  const report = await operations.listTokens(context, registryOptions(flags))
  const rows = report.tokens.map((token) => [
    token.key,
    token.readOnly ? 'read-only' : 'may publish',
    token.expires === null ? 'does not end' : `until ${token.expires.slice(0, 10)}`,
    token.name,
  ])
  return { document: report, text: () => table(rows) }
}

async function create(invocation: Invocation): Promise<Outcome> {
  const { flags, context, operations } = invocation
  const options = {
    ...registryOptions(flags),
    packages: flags.texts('package'),
    addresses: flags.texts('cidr'),
    ...given({
      name: flags.text('name'),
      readOnly: flags.either('readOnly'),
      expires: flags.integer('expires', { least: 1, most: 36_500 }),
    }),
    password: await readPassword(invocation),
  }
  const report = await operations.createToken(context, options)
  return {
    document: report,
    text: (style) => `${style.bold(report.token)}\n\nIt is not shown again. Its key is ${report.key}\n`,
  }
}

async function revoke({ flags, context, operations }: Invocation, key: string): Promise<Outcome> {
  const report = await operations.revokeToken(context, { ...registryOptions(flags), key })
  return { document: report, text: () => `the token ${key} works no more\n` }
}
