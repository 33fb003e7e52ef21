import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'

export const lockCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Prints what alkahest.lock holds. With --for only the part that one member of the workspace needs: a valid lockfile for an image or a build that holds that member alone. Nothing is resolved; `alk install --lockfile-only` does that.',
  ],
  options: [
    { flags: '--for <member>', meaning: 'Only what this member needs: its path or its name' },
    { flags: '--output <file>', meaning: 'Write it there instead of printing it' },
  ],
  examples: [
    {
      line: 'alk lock --for packages/web --output out/alkahest.lock',
      meaning: 'a lockfile for an image of one member',
    },
    { line: 'alk lock --json', meaning: 'the whole of it, for programs' },
  ],
  run: async ({ flags, context, operations }) => {
    const options = given({ member: flags.text('for'), output: flags.text('output') })
    const { text, ...document } = await operations.lock(context, options)
    return { document, text: () => (document.file === null ? text : `wrote ${document.file}\n`) }
  },
}
