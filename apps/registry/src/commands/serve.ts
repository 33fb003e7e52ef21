/** `alk registry serve`: runs until it is asked to stop. */
import { loadConfiguration } from '../configuration.ts'
import { serveOptions } from './command.ts'
import type { Call, Command } from './command.ts'

const HELP = `alk registry serve: run the registry

usage: alk registry serve [options]

  --host HOST                 where to listen (127.0.0.1)
  --port PORT                 0 picks a free one (4873)
  --data DIR                  database, blobs, signing key, access log (./alkahest-registry)
  --database-url URL          postgres://...: the index of several replicas (SQLite in the data folder)
  --upstream URL|none         where other packages come from (the registry npm is configured for)
  --upstream-hosts HOSTS      further hosts from which the upstream's tarballs may come
  --public-url URL            what clients call this registry (made from host and port)
  --claims NAMES              names and @scopes that are ours although the upstream may have them
  --trust-proxy ADDRESSES     proxies in front whose X-Forwarded-For is believed, as addresses or CIDR ranges (none)
  --sign-up open|closed       who may make an account (open on a loopback host, else closed)
  --access-log file|stdout|none
                              where requests are noted (file: access.log in the data folder)
  --upstream-max-age SECONDS  how long the upstream's documents are fresh (300)
  --upstream-negative-max-age SECONDS
                              how long its "not found" is believed (60)
  --upstream-timeout SECONDS  an upstream that sends nothing for this long has failed (30)
  --upstream-quarantine MINUTES
                              its versions younger than this are held back (0)
  --upstream-allow NAMES      the only names that may come from it (all)
  --upstream-deny NAMES       names and name@version that may not
  --tarball-size-max BYTES    the largest package (268435456)
  --publishes-per-minute N    versions that one account may publish in a minute; 0: any number (1000)
  --hex-repository NAME       what Hex clients call this repository (alkahest)
  --hex-upstream URL|none     a Hex repository whose packages are passed on (none)
  --hex-upstream-key FILE     its public key
  --hex-upstream-repository NAME
                              what it calls itself (hexpm); its key, if it wants one, is given by
                              ALKAHEST_REGISTRY_HEX_UPSTREAM_TOKEN or in the file, as hexUpstreamToken
  --config FILE               the same settings as JSON, in camelCase
  --json                      say where it listens as one line of JSON

Each option is also an environment variable: ALKAHEST_REGISTRY_PORT, ALKAHEST_REGISTRY_PUBLIC_URL, ...

examples:
  alk registry serve
  alk registry serve --port 0 --data /var/lib/alkahest --json
  alk registry serve --upstream none --host 0.0.0.0 --public-url https://npm.example.com/
`

export const serve: Command = {
  name: 'serve',
  summary: 'run the registry',
  help: HELP,
  values: serveOptions,
  switches: ['json'],
  run,
}

async function run({ flags, switches, terminal }: Call): Promise<number> {
  const configuration = await loadConfiguration({ flags, env: terminal.env, cwd: terminal.cwd })
  const stopped = new Promise<void>((resolve) => terminal.onStop(resolve))
  // Loaded here: the other commands have no use for a server.
  const { startRegistry } = await import('../start-registry.ts')
  const running = await startRegistry({ configuration, env: terminal.env, cwd: terminal.cwd })
  const { url, port } = running
  // Made at the first start, not at the first publish: whoever sets up clients asks for it.
  await running.registry.hex.key()
  const { data } = configuration
  const json = switches.has('json') || /^(1|true)$/.test(terminal.env.ALKAHEST_REGISTRY_JSON ?? '')
  if (json) terminal.write(`${JSON.stringify({ ok: true, url, port, data, pid: process.pid })}\n`)
  else terminal.write(`The registry listens on ${url} and keeps its data in ${data} (process ${process.pid})\n`)
  await stopped
  await running.close()
  return 0
}
