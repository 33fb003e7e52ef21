import { userError } from '@alkahest/core'
import type { PublishOptions } from '@alkahest/ops'
import { canAsk, confirmed } from '../ask.ts'
import { given } from '../command.ts'
import type { CommandDefinition, Invocation, Outcome } from '../command.ts'
import { filterOption, filtersGiven } from '../filter-option.ts'
import { renderPublish, renderPublishWorkspace, renderToPublish } from '../render/publish.ts'
import { styleOf } from '../style.ts'

export const publishCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Packs the package, shows what it would send and where to, and on a terminal asks; then publishes it. A published version never changes: a number is used once, also after it was removed.',
    'It refuses a package that is not right for its consumers: entries and files that are not there, types that one kind of consumer would not find. The tool that looks at types is installed on this machine when it is first needed.',
    'With --workspace every member that is not private is packed, then all are published: on our registry they become visible at one moment or not at all, on others one after another, after those that they need. Versions that the registry has are passed over, so a run that broke off can be run again.',
  ],
  options: [
    { flags: '--tag <tag>', meaning: 'The tag that points at it (default: latest)' },
    { flags: '--access <access>', meaning: 'Who may read a scoped package', choices: ['public', 'restricted'] },
    {
      flags: '--registry <url>',
      meaning: 'Where to publish (default: publishConfig, else what is configured for the name)',
    },
    { flags: '--otp <code>', meaning: 'One-time password' },
    { flags: '--no-check', meaning: 'Do not look whether it is right for its consumers' },
    { flags: '--dry-run', meaning: 'Do everything but send it; needs no login' },
    { flags: '--workspace', meaning: 'Every member of the workspace' },
    filterOption,
    { flags: '-y, --yes', meaning: 'Do not ask' },
  ],
  examples: [
    { line: 'alk publish', meaning: 'as latest' },
    { line: 'alk publish --tag next', meaning: 'for those who ask for it' },
    { line: 'alk publish --dry-run', meaning: 'see what would be sent' },
    { line: 'alk publish --workspace', meaning: 'all packages of a workspace' },
  ],
  startsPrograms: true,
  run: async (invocation) => {
    const { flags, context, operations } = invocation
    const options = publishOptions(invocation)
    const filters = filtersGiven(flags)
    if (flags.on('workspace') || filters !== undefined) {
      const report = await operations.publishWorkspace(context, { ...options, ...given({ filters }) })
      return { document: report, text: (style) => renderPublishWorkspace(report, style) }
    }
    const report = await operations.publish(context, options)
    const shown = options.confirm !== undefined
    return { document: report, text: (style) => renderPublish(report, { style, shown }) } satisfies Outcome
  },
}

function publishOptions(invocation: Invocation): PublishOptions {
  const { flags, world, json } = invocation
  const access = flags.text('access')
  if (flags.text('tag') === '') throw userError('USAGE', '--tag is empty')
  const asks = !flags.on('yes') && !flags.on('dryRun') && canAsk(world, json)
  return given({
    tag: flags.text('tag'),
    access: access === 'public' || access === 'restricted' ? access : undefined,
    registry: flags.text('registry'),
    otp: flags.text('otp'),
    dryRun: flags.either('dryRun'),
    check: flags.either('check'),
    confirm: asks ? (reports) => confirmPublish(invocation, reports) : undefined,
  } satisfies { readonly [Key in keyof PublishOptions]: PublishOptions[Key] | undefined })
}

const confirmPublish = (invocation: Invocation, reports: Parameters<NonNullable<PublishOptions['confirm']>>[0]) => {
  const { stderr, env } = invocation.world
  stderr.write(renderToPublish(reports, styleOf(stderr, env)))
  return confirmed(invocation, 'Publish?')
}
