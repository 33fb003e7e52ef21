import type { CommandDefinition } from '../command.ts'
import { renderKeygen } from '../render/release.ts'

export const releaseKeygenCommand: CommandDefinition = {
  operands: [{ notation: '<file>', meaning: 'where the secret key goes; it must not exist' }],
  manual: [
    'Makes a key for alk release --key, in the format of minisign and without a password, and adds its public half to rel/trusted_keys. A release with trusted keys takes upgrades only when one of them signed.',
    'Keep the secret out of the project: as a secret of the CI, in ALKAHEST_RELEASE_KEY.',
  ],
  options: [],
  examples: [{ line: 'alk release keygen ~/release.key', meaning: 'a new key' }],
  run: async ({ operands: [file = ''], context, operations }) => {
    const report = await operations.releaseKeygen(context, { file })
    return { document: report, text: () => renderKeygen(report) }
  },
}
