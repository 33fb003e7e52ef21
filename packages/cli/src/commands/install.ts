import type { CommandDefinition } from '../command.ts'
import { installOptionDefinitions, installOptions } from '../install-options.ts'
import { renderInstallReport } from '../render/install-report.ts'

export const installCommand: CommandDefinition = {
  operands: [],
  manual: [
    'Resolves what the package.json files of the project ask for, writes alkahest.lock and installs into node_modules. Versions that are locked stay; only what must move moves.',
    'In CI a lockfile that is present is not changed: --frozen is the default there, and --no-frozen undoes it.',
  ],
  options: [
    { flags: '--frozen', meaning: 'Fail when alkahest.lock would have to change' },
    { flags: '--no-frozen', meaning: 'Change alkahest.lock when needed, also in CI' },
    ...installOptionDefinitions,
  ],
  examples: [
    { line: 'alk install', meaning: 'install what is locked, and lock what is new' },
    { line: 'alk install --frozen --prod', meaning: 'exactly the lockfile, without development dependencies' },
    { line: 'alk install --offline', meaning: 'from this machine alone' },
  ],
  run: async ({ flags, context, operations }) => {
    const report = await operations.install(context, installOptions(flags))
    return {
      document: report,
      text: (style) => renderInstallReport(report, style),
    }
  },
}
