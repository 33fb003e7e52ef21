/** `alk registry check-config`: reads the settings as `serve` would, says what counts, and starts nothing. */
import { loadConfiguration } from '../configuration.ts'
import type { Configuration } from '../configuration.ts'
import { shownDatabaseUrl } from '../index/open-index.ts'
import { serveOptions } from './command.ts'
import type { Call, Command } from './command.ts'

const HELP = `alk registry check-config: say which settings count

usage: alk registry check-config [options of \`alk registry serve\`] [--json]

Exits 2 when one of them cannot mean anything.

examples:
  alk registry check-config --config /etc/alkahest-registry.json
`

export const checkConfig: Command = {
  name: 'check-config',
  summary: 'say which settings count, without starting',
  help: HELP,
  values: serveOptions,
  switches: ['json'],
  run,
}

async function run({ flags, switches, terminal }: Call): Promise<number> {
  const configuration = withoutSecrets(await loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd }))
  if (switches.has('json')) terminal.write(`${JSON.stringify({ ok: true, configuration })}\n`)
  else
    for (const [key, value] of Object.entries(configuration))
      terminal.write(`${key}  ${JSON.stringify(value) ?? 'not set'}\n`)
  return 0
}

function withoutSecrets(configuration: Configuration): Configuration {
  const upstreams = configuration.upstreams.map((rule) => ({
    ...rule,
    token: rule.token === undefined ? undefined : '***',
  }))
  const databaseUrl = configuration.databaseUrl === undefined ? undefined : shownDatabaseUrl(configuration.databaseUrl)
  const hexUpstreamToken = configuration.hexUpstreamToken === undefined ? undefined : '***'
  return { ...configuration, upstreams, databaseUrl, hexUpstreamToken }
}
