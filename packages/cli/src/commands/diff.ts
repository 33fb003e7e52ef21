import { userError } from '@alkahest/core'
import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { registryOption } from '../registry-options.ts'
import { renderDiff } from '../render/diff.ts'

const VERSIONS_MAX = 2

export const diffCommand: CommandDefinition = {
  operands: [
    { notation: '<package>', meaning: 'its name' },
    {
      notation: '[versions...]',
      meaning: 'from and to: versions, ranges or tags; one is to, and from is the locked one',
    },
  ],
  manual: [
    'Shows what differs between the files of two versions, as they were published: package.json first, then the rest as a unified diff. With one version or none it begins at the version that alkahest.lock has, and ends at the one given or the one tagged latest.',
    'Control characters are shown as \\u001b and the like, so that a package cannot speak to your terminal; --json has the texts as they are.',
  ],
  options: [registryOption],
  examples: [
    { line: 'alk diff zod', meaning: 'what an update to the latest version would bring' },
    { line: 'alk diff zod 4.1.0', meaning: 'from the locked version to that one' },
    { line: 'alk diff zod 4.0.0 4.1.0', meaning: 'of any two; no project is needed' },
  ],
  run: async ({ operands: [name = '', ...versions], flags, context, operations }) => {
    if (versions.length > VERSIONS_MAX) {
      throw userError('USAGE', `${versions.length} versions were given`, { hint: 'write alk diff PACKAGE FROM TO' })
    }
    const options = { package: name, versions, ...given({ registry: flags.text('registry') }) }
    const report = await operations.diff(context, options)
    return { document: report, text: (style) => renderDiff(report, style) }
  },
}
