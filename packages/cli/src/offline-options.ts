/** Options of every command that needs documents or packages which this machine may already have. */
import type { InstallOptions } from '@alkahest/ops'
import { given } from './command.ts'
import type { Flags, OptionDefinition } from './command.ts'

export const offlineOptionDefinitions: readonly OptionDefinition[] = [
  { flags: '--offline', meaning: 'Use only what this machine already has' },
  { flags: '--prefer-offline', meaning: 'Ask the registry only for what this machine does not have' },
]

export function offlineOptions(flags: Flags): Pick<InstallOptions, 'offline' | 'preferOffline'> {
  return given({ offline: flags.either('offline'), preferOffline: flags.either('preferOffline') })
}
