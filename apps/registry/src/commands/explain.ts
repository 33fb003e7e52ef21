/** `alk registry explain`: whose a name is for this registry, and why. */
import { isPackageName, userError } from '@alkahest/core'
import { loadConfiguration } from '../configuration.ts'
import { Names } from '../services/names.ts'
import { openUpstreamClient } from '../services/open-upstream.ts'
import { serveOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { withIndex } from './data.ts'

const HELP = `alk registry explain: say where a package comes from, and why

usage: alk registry explain NAME [options of \`alk registry serve\`] [--json]

Give it the same options, environment and configuration file as the registry itself.

examples:
  alk registry explain left-pad --data /var/lib/alkahest
`

export const explain: Command = {
  name: 'explain',
  summary: 'say where a package comes from, and why',
  help: HELP,
  values: serveOptions,
  switches: ['json'],
  run,
}

async function run(call: Call): Promise<number> {
  const { flags, terminal, switches } = call
  const [name] = call.arguments
  if (name === undefined || !isPackageName(name)) throw userError('USAGE', 'alk registry explain needs a package name')
  const configuration = await loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd })
  const upstream = await openUpstreamClient({ configuration, env: terminal.env, cwd: terminal.cwd })
  const explanation = await withIndex(call, (index) =>
    new Names({ index, claims: configuration.claims, upstreams: upstream.rules }).explain(name),
  )
  upstream.close()
  terminal.write(
    switches.has('json') ? `${JSON.stringify({ ok: true, ...explanation })}\n` : `${explanation.because}\n`,
  )
  return 0
}
