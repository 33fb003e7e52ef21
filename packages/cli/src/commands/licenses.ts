import type { CommandDefinition } from '../command.ts'
import { section } from '../render/table.ts'

export const licensesCommand: CommandDefinition = {
  operands: [],
  manual: ['Lists the locked packages by the license that each one states. It reads the store: run alk install first.'],
  options: [],
  examples: [{ line: 'alk licenses', meaning: 'who asks for what' }],
  run: async ({ context, operations }) => {
    const report = await operations.licenses(context)
    const groups = Map.groupBy(report.packages, ({ license }) => license ?? 'not stated, or not installed')
    const sorted = [...groups].toSorted(([left], [right]) => (left < right ? -1 : 1))
    const text = sorted.map(([license, packages]) =>
      section(
        `${license} (${packages.length}):`,
        packages.map(({ name, version }) => [name, version]),
        Infinity,
      ),
    )
    return { document: report, text: () => text.join('\n') }
  },
}
