/**
 * Asks this worker's own HTTP server, over a pair of streams instead of the network: a request to the port could be
 * answered by any worker, also one of the generation that is about to be replaced.
 */
import type * as nodeHttp from 'node:http'
import type net from 'node:net'
import { duplexPair } from 'node:stream'
import { isHttp } from './drain.ts'
import { messageOf } from './failure.ts'

/** Not imported: what ES modules see of `node:http` holds `WebSocket`, which would load all of undici into every worker. */
const http: typeof nodeHttp = process.getBuiltinModule('node:http')

export type HealthOutcome = { readonly status: number; readonly reason?: string }

/** The status of the answer; 0 with a reason when there was none. The caller has the deadline. */
export async function askHealth(servers: ReadonlySet<net.Server>, path: string): Promise<HealthOutcome> {
  const server = [...servers].find(isHttp)
  if (server === undefined) return { status: 0, reason: 'no HTTP server listens in this worker' }
  const [near, far] = duplexPair()
  return await new Promise<HealthOutcome>((resolve) => {
    const request = http.request(
      {
        path,
        headers: { Host: 'localhost', Connection: 'close', 'User-Agent': 'alkahest-supervisor' },
        createConnection: () => near,
      },
      (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0 })
      },
    )
    request.on('error', (error) => resolve({ status: 0, reason: messageOf(error) }))
    request.end()
    // An https server takes a connection that is already decrypted under another name.
    server.emit(server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', far)
  })
}
