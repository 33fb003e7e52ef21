/** The upstreams that the configuration names, and the way to them. */
import { userAgent } from '@alkahest/core'
import { Refusal } from '../refusal.ts'
import type { Configuration } from '../configuration.ts'
import { version } from '../version.ts'
import type { UpstreamRule } from './names.ts'
import { UpstreamClient } from './upstream-client.ts'

const UPSTREAM_RETRIES = 1
const UPSTREAM_RETRY_MS = 200

export type OpenUpstreamOptions = {
  readonly configuration: Configuration
  /** For npm's configuration: the default upstream, its credentials, proxies and certificates. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now?: () => number
}

export type OpenedUpstream = {
  readonly client: UpstreamClient
  readonly rules: readonly UpstreamRule[]
  readonly close: () => void
}

export async function openUpstreamClient(options: OpenUpstreamOptions): Promise<OpenedUpstream> {
  const { configuration, now = Date.now } = options
  const { upstream, upstreams, hexUpstream } = configuration
  if (upstream === 'none' && upstreams.length === 0 && hexUpstream === 'none') return noUpstream()
  // Loaded only when there is an upstream: npm's configuration is a third of a start.
  const [{ createHttp }, { loadNpmConfig }] = await Promise.all([
    import('@alkahest/http'),
    import('@alkahest/npm-config'),
  ])
  const npm = await loadNpmConfig({ cwd: options.cwd, env: options.env })
  const stopping = new AbortController()
  const http = createHttp({
    signal: stopping.signal,
    userAgent: userAgent(version),
    ...npm.http,
    retries: UPSTREAM_RETRIES,
    retryMinMs: UPSTREAM_RETRY_MS,
    idleTimeoutMs: configuration.upstreamTimeout * 1000,
  })
  const main = configuration.upstream ?? npm.registry
  const mainRule = { url: main, names: [], token: undefined, hosts: configuration.upstreamHosts }
  return {
    client: new UpstreamClient({ http, credentialsFor: (url) => npm.credentialsFor(url), now }),
    rules: main === 'none' ? configuration.upstreams : [...configuration.upstreams, mainRule],
    close() {
      // What is under way fails at once: a repetition would keep a registry that ends waiting for a silent upstream.
      stopping.abort()
      http.close()
    },
  }
}

function noUpstream(): OpenedUpstream {
  const refuse = (): never => {
    throw new Refusal(502, 'this registry has no upstream')
  }
  return {
    client: new UpstreamClient({
      http: { request: refuse, fetch: refuse },
      credentialsFor: () => undefined,
      now: () => 0,
    }),
    rules: [],
    close: () => undefined,
  }
}
