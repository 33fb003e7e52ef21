/** A running registry: opened, listening, and closed without losing a request. */
import { userError } from '@alkahest/core'
import type { AccessLog } from './access-log.ts'
import { openRegistry } from './registry.ts'
import type { OpenRegistryOptions, Registry } from './registry.ts'
import { RequestsInFlight } from './requests-in-flight.ts'
import { buildServer } from './server.ts'

/** As long as a large tarball takes on a slow line; service managers allow 90 seconds before they kill. */
const DRAIN_MS = 60_000

export type RunningRegistry = {
  /** Where clients find it, with a trailing slash. */
  readonly url: string
  readonly port: number
  readonly registry: Registry
  /** Answers what is under way, takes nothing new, closes the index. */
  close(): Promise<void>
}

export type StartRegistryOptions = OpenRegistryOptions & {
  /** Instead of the one that is configured. */
  readonly accessLog?: AccessLog
}

/** Throws `REGISTRY_CANNOT_LISTEN` when the port is taken. */
export async function startRegistry(options: StartRegistryOptions): Promise<RunningRegistry> {
  const registry = await openRegistry(options)
  const { configuration } = registry
  const inFlight = new RequestsInFlight()
  const app = await buildServer(registry, { accessLog: options.accessLog, inFlight })
  try {
    await app.listen({ host: configuration.host, port: configuration.port })
  } catch (cause) {
    await app.close()
    await registry.close()
    throw cannotListen(configuration.host, configuration.port, cause)
  }
  const port = (app.server.address() as { port: number }).port
  if (registry.baseUrl === '') registry.baseUrl = `http://${reachableHost(configuration.host)}:${port}/`
  return {
    url: registry.baseUrl,
    port,
    registry,
    async close(): Promise<void> {
      // Nobody new comes in; those who are inside are answered; what is left open then has nothing to say.
      const closed = new Promise<void>((resolve) => app.server.close(() => resolve()))
      app.server.closeIdleConnections()
      await inFlight.drain(DRAIN_MS)
      app.server.closeAllConnections()
      await closed
      await app.close()
      await registry.close()
    },
  }
}

/** An address that means "all of them" is no address to go to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function cannotListen(host: string, port: number, cause: unknown): Error {
  const { code } = cause as NodeJS.ErrnoException
  const reason = code === 'EADDRINUSE' ? 'another program listens there' : (cause as Error).message
  return userError('REGISTRY_CANNOT_LISTEN', `the registry cannot listen on ${host}:${port}: ${reason}`, {
    hint: 'choose another port with --port, or 0 for any free one',
    cause,
  })
}
