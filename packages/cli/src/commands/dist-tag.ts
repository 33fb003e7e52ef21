import { userError } from '@alkahest/core'
import type { DistTagOptions } from '@alkahest/ops'
import type { CommandDefinition } from '../command.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { table } from '../render/table.ts'

export const distTagCommand: CommandDefinition = {
  operands: [
    { notation: '<action>', meaning: 'list, add or remove' },
    { notation: '<package>', meaning: 'name; name@version to add' },
    { notation: '[tag]', meaning: 'to add or remove' },
  ],
  manual: ['Shows or moves the names that versions have, such as latest and next, and says which there are then.'],
  options: registryOptionDefinitions,
  examples: [
    { line: 'alk dist-tag list left', meaning: 'which there are' },
    { line: 'alk dist-tag add left@1.2.3 stable', meaning: 'name a version' },
    { line: 'alk dist-tag remove left next', meaning: 'forget a name' },
  ],
  run: async ({ operands: [action = '', name = '', tag], flags, context, operations }) => {
    const options = { ...registryOptions(flags), package: name, ...changeOf(action, tag) }
    const report = await operations.distTag(context, options)
    return { document: report, text: () => table(Object.entries(report.tags)) }
  },
}

function changeOf(action: string, tag: string | undefined): Pick<DistTagOptions, 'change'> {
  if (['list', 'ls'].includes(action) && tag === undefined) return {}
  const kind = action === 'rm' ? 'remove' : action
  if ((kind === 'add' || kind === 'remove') && tag !== undefined) return { change: { kind, tag } }
  throw userError('USAGE', `${action} is not a whole action`, {
    hint: 'write list NAME, add NAME@VERSION TAG or remove NAME TAG',
  })
}
