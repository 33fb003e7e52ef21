import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { programOutcome } from '../program-outcome.ts'

export const docsCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Makes the documentation of the package out of its doc comments, its README and the Markdown in docs: HTML with search, dark mode and a page for every source file, which works from file:, and the same as Markdown with an llms.txt for programs.',
    'It needs typedoc, which it installs once for this machine.',
  ],
  options: [
    { flags: '-o, --output <dir>', meaning: 'Where to write it (default: build/docs)' },
    { flags: '--warnings-as-errors', meaning: 'Fail on links and names that lead nowhere' },
  ],
  examples: [
    { line: 'alk docs', meaning: 'into build/docs' },
    { line: 'alk docs --output site --warnings-as-errors', meaning: 'for CI' },
  ],
  runsProgram: true,
  run: async ({ flags, context, operations }) => {
    const options = given({ output: flags.text('output'), warningsAsErrors: flags.either('warningsAsErrors') })
    const report = await operations.docs(context, options)
    return programOutcome('typedoc', report, `the docs are in ${report.directory}: open index.html\n`)
  },
}
