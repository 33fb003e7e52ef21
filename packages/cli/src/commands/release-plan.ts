import type { CommandDefinition } from '../command.ts'
import { releaseOperand, releaseOptionDefinitions, releaseOptions } from '../release-options.ts'
import { renderReleasePlan } from '../render/release.ts'

export const releasePlanCommand: CommandDefinition = {
  operands: [releaseOperand],
  manual: [
    'Takes the options of alk release and says all that it would do: the tarball, the programs that would run and how they are watched, the packages that would go in, the Node that would come along. Nothing is compiled, written or downloaded.',
  ],
  options: releaseOptionDefinitions,
  examples: [
    { line: 'alk release plan', meaning: 'for this machine' },
    { line: 'alk release plan --target linux-arm64 --json', meaning: 'everything, for programs' },
  ],
  run: async ({ operands: [name], flags, context, operations }) => {
    const report = await operations.releasePlan(context, releaseOptions(flags, name))
    return { document: report, text: (style) => renderReleasePlan(report, style) }
  },
}
