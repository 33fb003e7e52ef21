import { given } from '../command.ts'
import type { CommandDefinition } from '../command.ts'
import { offlineOptionDefinitions, offlineOptions } from '../offline-options.ts'
import { renderApprove } from '../render/approve.ts'

export const approveCommand: CommandDefinition = {
  operands: [{ notation: '[names...]', meaning: 'packages of the lockfile (default: say which ones wait)' }],
  manual: [
    'Build scripts of dependencies run only when their package is approved here. The decision stands by name under "alkahest" in the package.json of the root, for everybody who works on the project.',
    'Approved builds run in the order of their dependencies, each in files of its own; what they made is kept for the next project that needs the same.',
  ],
  options: [{ flags: '--deny', meaning: 'Decide against them, and ask no more' }, ...offlineOptionDefinitions],
  examples: [
    { line: 'alk approve', meaning: 'what has build scripts that nobody decided about' },
    { line: 'alk approve better-sqlite3', meaning: 'build it now and from now on' },
    { line: 'alk approve --deny core-js', meaning: 'never run its script' },
  ],
  run: async ({ operands, flags, context, operations }) => {
    const options = { names: operands, ...given({ deny: flags.either('deny') }), ...offlineOptions(flags) }
    const report = await operations.approve(context, options)
    return { document: report, text: (style) => renderApprove(report, style) }
  },
}
