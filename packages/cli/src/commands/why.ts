import type { CommandDefinition } from '../command.ts'
import { offlineOptionDefinitions, offlineOptions } from '../offline-options.ts'
import { renderWhy, renderWhyNot } from '../render/why.ts'

export const whyCommand: CommandDefinition = {
  operands: [{ notation: '<name>', meaning: 'a package that is locked; with --not, the version asked about' }],
  manual: [
    'Shows every path from the project to the package, the requirement that decided its version, and why it is not a newer one.',
    'With --not, says what stands against a version: the requirements that exclude it, or the proof that it cannot stand with the others. A range or a tag means the newest version of it.',
  ],
  options: [{ flags: '--not', meaning: 'Say what stands against the version named' }, ...offlineOptionDefinitions],
  examples: [
    { line: 'alk why semver', meaning: 'who brought semver, and why this version' },
    { line: 'alk why --not react@19.0.0', meaning: 'what stands against this version' },
  ],
  run: async ({ operands: [name = ''], flags, context, operations }) => {
    const options = offlineOptions(flags)
    if (flags.on('not')) {
      const report = await operations.whyNot(context, { ...options, package: name })
      return { document: report, text: (style) => renderWhyNot(report, style) }
    }
    const report = await operations.why(context, { ...options, name })
    return { document: report, text: (style) => renderWhy(report, style) }
  },
}
