import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { renderRelease } from '../render/release.ts'

export const releaseCommand: CommandDefinition = {
  operands: [{ notation: '[name]', meaning: 'a release of alkahest.config.ts (default: the package itself)' }],
  manual: [
    'Compiles the project and writes one .tar.gz with the application, its production dependencies, the Node runtime and a start script. The same inputs give the same bytes. Unpack it anywhere and run bin/NAME start.',
  ],
  options: [
    {
      flags: '--target <targets>',
      meaning: 'Platforms, with commas: linux-x64, linux-arm64, darwin-x64, darwin-arm64 (default: this one)',
    },
    {
      flags: '--runtime <version>',
      meaning: 'The version of Node to take along (default: the newest that engines.node allows)',
    },
    { flags: '--destination <dir>', meaning: 'Where to write it (default: build/release)' },
    { flags: '--overwrite', meaning: 'Replace a tarball that is there already' },
  ],
  examples: [
    { line: 'alk release', meaning: 'for this machine' },
    { line: 'alk release --target linux-x64,linux-arm64', meaning: 'for two others' },
  ],
  startsPrograms: true,
  run: async ({ operands: [name], flags, context, operation }) => {
    const targets = (flags.text('target') ?? '').split(',').filter((target) => target !== '')
    const options = {
      targets,
      ...given({
        name,
        runtime: flags.text('runtime'),
        destination: flags.text('destination'),
        overwrite: flags.either('overwrite'),
      }),
    }
    const report = await (await operation('release'))(context, options)
    return { document: report, text: (style) => renderRelease(report, style) }
  },
}
