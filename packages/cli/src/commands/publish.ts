import { userError } from '@alkahest/core'
import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { renderPublish } from '../render/pack.ts'

export const publishCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Packs the package and publishes it to its registry. A published version never changes: a number is used once, also after it was removed.',
  ],
  options: [
    { flags: '--tag <tag>', meaning: 'The tag that points at it (default: latest)' },
    { flags: '--access <access>', meaning: 'Who may read a scoped package', choices: ['public', 'restricted'] },
    {
      flags: '--registry <url>',
      meaning: 'Where to publish (default: publishConfig, else what is configured for the name)',
    },
    { flags: '--otp <code>', meaning: 'One-time password' },
    { flags: '--dry-run', meaning: 'Do everything but send it' },
  ],
  examples: [
    { line: 'alk publish', meaning: 'as latest' },
    { line: 'alk publish --tag next', meaning: 'for those who ask for it' },
    { line: 'alk publish --dry-run', meaning: 'see what would be sent' },
  ],
  startsPrograms: true,
  run: async ({ flags, context, operation }) => {
    const access = flags.text('access')
    if (flags.text('tag') === '') throw userError('USAGE', '--tag is empty')
    const options = given({
      tag: flags.text('tag'),
      access: access === 'public' || access === 'restricted' ? access : undefined,
      registry: flags.text('registry'),
      otp: flags.text('otp'),
      dryRun: flags.either('dryRun'),
    })
    const report = await (await operation('publish'))(context, options)
    return { document: report, text: (style) => renderPublish(report, style) }
  },
}
