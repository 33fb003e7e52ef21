import type { CommandDefinition } from '../command.ts'

export const sbomCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Prints the bill of materials of what is locked: CycloneDX 1.6, with hashes, licenses of what is installed, and who depends on whom. The same lockfile gives the same text.',
  ],
  options: [],
  examples: [{ line: 'alk sbom > sbom.cdx.json', meaning: 'into a file' }],
  run: async ({ context, operations }) => {
    const report = await operations.sbom(context)
    return { document: report, text: () => `${JSON.stringify(report.sbom, undefined, 2)}\n` }
  },
}
