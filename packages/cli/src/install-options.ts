/** The options that `install`, `add`, `remove` and `update` share, and how they reach the operation. */
import type { InstallOptions } from '@alkahest/ops'
import { given } from './command.ts'
import type { Flags, OptionDefinition } from './command.ts'
import { offlineOptionDefinitions, offlineOptions } from './offline-options.ts'

export const installOptionDefinitions: readonly OptionDefinition[] = [
  ...offlineOptionDefinitions,
  { flags: '--prod', meaning: 'Leave development dependencies out' },
  { flags: '--no-optional', meaning: 'Leave optional dependencies out' },
  { flags: '--ignore-scripts', meaning: 'Run no build scripts of dependencies, approved ones included' },
  { flags: '--lockfile-only', meaning: 'Write alkahest.lock and install nothing' },
  {
    flags: '--layout <layout>',
    meaning:
      'Where packages stand: in the project, or once per machine (default: "layout" of "alkahest" in package.json)',
    choices: ['isolated', 'shared'],
  },
  { flags: '--dry-run', meaning: 'Say what would change and change nothing' },
  { flags: '--before <date>', meaning: 'Consider only versions published before this date (ISO 8601)' },
  { flags: '--resolution <order>', meaning: 'Which version to try first', choices: ['highest', 'lowest'] },
]

export function installOptions(flags: Flags): InstallOptions {
  const resolution = flags.text('resolution')
  const layout = flags.text('layout')
  return given({
    frozen: flags.either('frozen'),
    lockfileOnly: flags.either('lockfileOnly'),
    prod: flags.either('prod'),
    noOptional: flags.either('optional') === false ? true : undefined,
    ...offlineOptions(flags),
    ignoreScripts: flags.either('ignoreScripts'),
    dryRun: flags.either('dryRun'),
    before: flags.text('before'),
    resolution: resolution === 'highest' || resolution === 'lowest' ? resolution : undefined,
    layout: layout === 'isolated' || layout === 'shared' ? layout : undefined,
  })
}
