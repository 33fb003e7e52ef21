/**
 * The connections that are kept: one agent per way of reaching an origin (proxy, certificates). Proxies, tunnels
 * included, are Node's own (`proxyEnv`); which address goes through which proxy is decided by `connectionFor` alone.
 */
import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'
import { getCACertificates } from 'node:tls'
import { userError } from '@alkahest/core'
import { http, https } from './node-http.ts'
import type { Connection, TlsSettings } from './options.ts'

/** Kept no longer than servers usually keep them (5 s and more), so that few requests meet a connection being closed. */
const IDLE_CONNECTION_MS = 4000

export class Agents {
  readonly #nodeVersion: string
  readonly #kept = new Map<string, Agent>()
  readonly #tlsKeys = new WeakMap<TlsSettings, string>()

  constructor(nodeVersion: string) {
    this.#nodeVersion = nodeVersion
  }

  /** `reuse: false` for requests that must not be repeated: a kept connection may close just as they leave. */
  agentFor(url: URL, connection: Connection, options: { readonly reuse: boolean }): Agent {
    const isSecure = url.protocol === 'https:'
    const key = `${isSecure} ${options.reuse} ${this.#tlsKey(connection.tls)} ${connection.proxy ?? ''}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    if (connection.proxy !== undefined) checkProxySupport(this.#nodeVersion)
    const agentOptions = {
      keepAlive: options.reuse,
      timeout: IDLE_CONNECTION_MS,
      ...(connection.proxy === undefined
        ? {}
        : { proxyEnv: { HTTP_PROXY: connection.proxy, HTTPS_PROXY: connection.proxy } }),
    }
    const agent = isSecure
      ? new https.Agent({ ...agentOptions, ...tlsOptions(connection.tls) })
      : new http.Agent(agentOptions)
    this.#kept.set(key, agent)
    return agent
  }

  close(): void {
    for (const agent of this.#kept.values()) agent.destroy()
    this.#kept.clear()
  }

  /** By content; written out once per object, since a list of authorities is long. */
  #tlsKey(tls: TlsSettings | undefined): string {
    if (tls === undefined) return ''
    const known = this.#tlsKeys.get(tls) ?? JSON.stringify(tls)
    this.#tlsKeys.set(tls, known)
    return known
  }
}

/** Node's agents take `proxyEnv` since 24.5; older ones would go around the proxy without a word. */
function checkProxySupport(nodeVersion: string): void {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 5)) return
  throw userError('NODE_TOO_OLD_FOR_PROXY', `a proxy is configured, which Node ${nodeVersion} cannot use`, {
    hint: 'use Node 24.5 or later',
  })
}

/** Own authorities replace the built-in ones; those of NODE_EXTRA_CA_CERTS stay, since a person named them too. */
function tlsOptions(tls: TlsSettings | undefined): AgentOptions {
  if (tls === undefined) return {}
  const { ca, ...rest } = tls
  return ca === undefined ? rest : { ...rest, ca: [...ca, ...getCACertificates('extra')] }
}
