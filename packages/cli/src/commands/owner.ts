import { userError } from '@alkahest/core'
import type { OwnerOptions } from '@alkahest/ops'
import type { CommandDefinition } from '../command.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const ownerCommand: CommandDefinition = {
  operands: [
    { notation: '<action>', meaning: 'list, add or remove' },
    { notation: '<package>', meaning: 'its name' },
    { notation: '[user]', meaning: 'to add or remove' },
  ],
  manual: ['Shows or changes who may publish a package, and says who may then.'],
  options: registryOptionDefinitions,
  examples: [
    { line: 'alk owner list left', meaning: 'who may publish it' },
    { line: 'alk owner add left grace', meaning: 'one more' },
    { line: 'alk owner remove left grace', meaning: 'one less' },
  ],
  run: async ({ operands: [action = '', name = '', user], flags, context, operations }) => {
    const options = { ...registryOptions(flags), package: name, ...changeOf(action, user) }
    const report = await operations.owner(context, options)
    return { document: report, text: () => table(report.owners.map((owner) => [owner.name, owner.email ?? ''])) }
  },
}

function changeOf(action: string, user: string | undefined): Pick<OwnerOptions, 'change'> {
  if (['list', 'ls'].includes(action) && user === undefined) return {}
  const kind = action === 'rm' ? 'remove' : action
  if ((kind === 'add' || kind === 'remove') && user !== undefined) return { change: { kind, user } }
  throw userError('USAGE', `${action} is not a whole action`, {
    hint: 'write list NAME, add NAME USER or remove NAME USER',
  })
}
