import { userError } from '@alkahest/core'
import { canAsk, confirmed } from '../ask.ts'
import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { renderInit } from '../render/init.ts'
import { styleOf } from '../style.ts'

const TEMPLATES = ['lib', 'app', 'cli', 'web', 'workspace'] as const

export const initCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Adds to the project in this folder what a new one would have: files, scripts, development dependencies. What is there stays as it is; a folder with a package.json gets no example code.',
    'It shows what it would add and asks; without a terminal it needs --yes.',
  ],
  options: [
    { flags: '-t, --template <template>', meaning: 'What to compare with (default: lib)', choices: TEMPLATES },
    { flags: '--name <name>', meaning: "The package's name, where it has none (default: the folder's)" },
    { flags: '-y, --yes', meaning: 'Do not ask' },
    { flags: '--dry-run', meaning: 'Only show what would be added' },
  ],
  examples: [
    { line: 'alk init', meaning: 'in a folder with anything in it' },
    { line: 'alk init --template app --yes', meaning: 'what a service has, without a question' },
  ],
  run: async (invocation) => {
    const { flags, context, operations, world, json } = invocation
    const template = TEMPLATES.find((known) => known === flags.text('template')) ?? 'lib'
    const options = { template, ...given({ name: flags.text('name') }) } as const
    const plan = await operations.init(context, { ...options, dryRun: true })
    const isNothing = plan.files.length === 0 && plan.fields.length === 0
    if (flags.on('dryRun') || isNothing) return { document: plan, text: (style) => renderInit(plan, style) }
    if (!flags.on('yes')) {
      if (!canAsk(world, json)) {
        throw userError('CONFIRMATION_NEEDED', `${plan.files.length + plan.fields.length} additions need a yes`, {
          hint: 'see them with --dry-run, and say --yes',
        })
      }
      world.stderr.write(renderInit(plan, styleOf(world.stderr, world.env)))
      if (!(await confirmed(invocation, 'Add these?'))) return { document: plan, text: () => 'nothing was written\n' }
    }
    const report = await operations.init(context, options)
    return { document: report, text: (style) => renderInit(report, style) }
  },
}
