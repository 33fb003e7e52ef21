/** Options of every command that asks a registry or changes something there. */
import type { RegistryOptions } from '@alkahest/ops'
import { given } from './command.ts'
import type { Flags, OptionDefinition } from './command.ts'

export const registryOption: OptionDefinition = {
  flags: '--registry <url>',
  meaning: 'Which registry (default: the one configured for the name)',
}

/** For changes. */
export const registryOptionDefinitions: readonly OptionDefinition[] = [
  registryOption,
  { flags: '--otp <code>', meaning: 'One-time password' },
]

export function registryOptions(flags: Flags): RegistryOptions {
  return given({ registry: flags.text('registry'), otp: flags.text('otp') })
}
