import { userError } from '@alkahest/core'
import { given } from '../command.ts'
import type { CommandDefinition, Flags } from '../command.ts'
import { renderProof } from '../render/release.ts'

export const releaseProveCommand: CommandDefinition = {
  operands: [
    { notation: '[tarballs...]', meaning: 'two versions of the release (default: both are made from the project)' },
  ],
  manual: [
    'Installs a release in a temporary folder, starts it, and moves it from one version to another and back while requests come in: at their times whatever became of those before, with and without keep-alive, slow uploads, and WebSockets when there is a path for them. No client tries twice. Any request that fails is a failure of the proof.',
  ],
  options: [
    { flags: '--name <release>', meaning: 'Which of several releases of alkahest.config.ts' },
    { flags: '--rolls <count>', meaning: 'How many moves (default: 10)' },
    { flags: '--window <ms>', meaning: 'How long each version must stay healthy (default: 1000)' },
    { flags: '--rate <count>', meaning: 'Requests a second of each kind (default: 50)' },
    { flags: '--path <path>', meaning: 'Where requests go (default: /)' },
    { flags: '--websocket <path>', meaning: 'Where WebSockets are accepted (default: none are opened)' },
    { flags: '--runtime <version>', meaning: 'The Node of the releases that are made' },
  ],
  examples: [
    { line: 'alk release prove', meaning: 'ten rolls of this project' },
    { line: 'alk release prove --rolls 40 --window 200 --websocket /live', meaning: 'more, faster, with WebSockets' },
    { line: 'alk release prove old.tar.gz new.tar.gz', meaning: 'two releases that were made' },
  ],
  startsPrograms: true,
  run: async ({ operands, flags, context, operations }) => {
    const report = await operations.releaseProve(context, {
      tarballs: operands,
      rolls: count(flags, 'rolls') ?? 10,
      windowMs: count(flags, 'window') ?? 1000,
      ...given({
        name: flags.text('name'),
        runtime: flags.text('runtime'),
        rate: count(flags, 'rate'),
        path: flags.text('path'),
        webSocketPath: flags.text('websocket'),
      }),
    })
    return { document: report, text: (style) => renderProof(report, style) }
  },
}

/** Seven digits are more than anyone means. */
function count(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined || /^\d{1,7}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw userError('USAGE', `--${name} takes a whole number, not ${text}`)
}
