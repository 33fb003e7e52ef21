import type { CommandDefinition } from '../command.ts'
import { releaseOperand, releaseOptionDefinitions, releaseOptions } from '../release-options.ts'
import { renderDevelopment, renderRelease } from '../render/release.ts'

export const releaseCommand: CommandDefinition = {
  operands: [releaseOperand],
  manual: [
    'Compiles the project and writes one .tar.gz with the application, its production dependencies, the Node runtime and a start script. The same inputs give the same bytes. Unpack it anywhere and run bin/NAME start.',
    'Beside it lie SHA256SUMS, a bill of materials and, with a key, signatures. The runtime comes from the node-* packages of the registry, whose publisher is a third party: release.lock, which belongs into version control, pins its hashes.',
    'With --dev no tarball is made but a folder that runs at once, from the project as it is.',
  ],
  options: [
    ...releaseOptionDefinitions,
    { flags: '--overwrite', meaning: 'Replace a tarball that is there already' },
    {
      flags: '--dev',
      meaning: 'Make a folder that runs from this project, with this Node',
      conflicts: ['key', 'runtime'],
    },
  ],
  examples: [
    { line: 'alk release', meaning: 'for this machine' },
    { line: 'alk release web --target linux-x64,linux-arm64', meaning: 'one of several, for two others' },
    { line: 'alk release --key ~/release.key', meaning: 'signed' },
    { line: 'alk release --dev', meaning: 'to try its commands and configuration' },
  ],
  startsPrograms: true,
  run: async ({ operands: [name], flags, context, operations }) => {
    const options = releaseOptions(flags, name)
    if (flags.on('dev')) {
      const report = await operations.releaseDevelopment(context, options)
      return { document: report, text: () => renderDevelopment(report) }
    }
    const report = await operations.release(context, options)
    return { document: report, text: (style) => renderRelease(report, style) }
  },
}
