import { userError } from '@alkahest/core'
import type { CommandDefinition } from '../command.ts'
import { registryOptionDefinitions, registryOptions } from '../registry-options.ts'
import { formatCount } from '../render/units.ts'

export const deprecateCommand: CommandDefinition = {
  operands: [
    { notation: '<package>', meaning: 'name for every version, name@range for some' },
    { notation: '[message]', meaning: 'what whoever installs it is told' },
  ],
  manual: [
    'Marks published versions as deprecated. They stay installable; installs say so, and a solver takes them last.',
  ],
  options: [{ flags: '--undo', meaning: 'Take the deprecation back' }, ...registryOptionDefinitions],
  examples: [
    { line: 'alk deprecate "left@<2" "loses data, use 2.0.1"', meaning: 'some versions' },
    { line: 'alk deprecate left --undo', meaning: 'none any more' },
  ],
  run: async ({ operands: [name = '', message], flags, context, operations }) => {
    if (flags.on('undo') === (message !== undefined)) {
      throw userError('USAGE', 'a deprecation needs a message, or --undo and none')
    }
    const options = { ...registryOptions(flags), package: name, message: message ?? '' }
    const report = await operations.deprecate(context, options)
    const done = report.message === '' ? 'no longer deprecated' : 'deprecated now'
    const count = formatCount(report.versions.length, 'version')
    const words = `${report.versions.join(', ')}\n${done}: ${count} of ${report.name}\n`
    return { document: report, text: () => words }
  },
}
