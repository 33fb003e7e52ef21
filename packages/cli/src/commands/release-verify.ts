import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { releaseOperand, releaseOptionDefinitions, releaseOptions } from '../release-options.ts'
import { renderReleaseVerify } from '../render/release.ts'

export const releaseVerifyCommand: CommandDefinition = {
  operands: [releaseOperand],
  manual: [
    'Checks the tarball that alk release made with the same options against its SHA256SUMS, and the signatures of both: by the public key that is given, else by those of rel/trusted_keys. Without any, a signature is only reported.',
    'With --rebuild the release is made again from a copy of what git knows, in another folder, under another umask, time zone and locale. The tar inside must have the same bytes; when it has not, the entries that differ are named.',
  ],
  options: [
    ...releaseOptionDefinitions.filter(({ flags }) => !flags.startsWith('--key')),
    { flags: '--key <public>', meaning: 'It must be signed by this key of minisign, or by one in this file' },
    { flags: '--rebuild', meaning: 'Make it again elsewhere and compare' },
  ],
  examples: [
    { line: 'alk release verify', meaning: 'is it what was written?' },
    { line: 'alk release verify --key release.pub', meaning: 'and did this key sign it?' },
    { line: 'alk release verify --rebuild', meaning: 'do these sources make it?' },
  ],
  startsPrograms: true,
  run: async ({ operands: [name], flags, context, operations }) => {
    const { key: trustedKey, ...release } = releaseOptions(flags, name)
    const options = { ...release, rebuild: flags.on('rebuild'), ...given({ trustedKey }) }
    const report = await operations.releaseVerify(context, options)
    return { document: report, text: () => renderReleaseVerify(report) }
  },
}
