/** The options that `alk release` and its parts share: which release, for where, with which Node. */
import type { ReleaseOperationOptions } from '@alkahest/ops'
import { given } from './command.ts'
import type { Flags, OperandDefinition, OptionDefinition } from './command.ts'

export const releaseOperand: OperandDefinition = {
  notation: '[name]',
  meaning: 'a release of alkahest.config.ts (default: the only one, or the package itself)',
}

export const releaseOptionDefinitions: readonly OptionDefinition[] = [
  {
    flags: '--target <targets>',
    meaning: 'Platforms, with commas: linux-x64, linux-arm64, darwin-x64, darwin-arm64 (default: this one)',
  },
  {
    flags: '--runtime <version>',
    meaning:
      'The version of Node to take along, or the path of one (default: what release.lock pins, else the newest that engines.node allows)',
  },
  { flags: '--version <version>', meaning: 'The version of the release (default: that of package.json)' },
  { flags: '--destination <dir>', meaning: 'Where the tarball is (default: build/release)' },
  {
    flags: '--key <file>',
    meaning: 'Sign with this secret key of minisign (default: the key in ALKAHEST_RELEASE_KEY, else no signature)',
  },
]

export function releaseOptions(flags: Flags, name: string | undefined): ReleaseOperationOptions {
  return {
    targets: (flags.text('target') ?? '').split(',').filter((target) => target !== ''),
    ...given({
      name,
      runtime: flags.text('runtime'),
      version: flags.text('version'),
      destination: flags.text('destination'),
      key: flags.text('key'),
      overwrite: flags.either('overwrite'),
    }),
  }
}
