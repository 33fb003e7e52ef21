/**
 * Load on a port by clients that never retry: each answer must come, whole, with a version in it. A request that hangs is
 * a failure too.
 */
import http from 'node:http'

export type Load = {
  /** Resolves when so many more were answered. */
  readonly answered: (count: number) => Promise<void>
  /** Resolves when a version has answered. */
  readonly seen: (version: string) => Promise<void>
  readonly stop: () => Promise<{
    readonly sent: number
    readonly failures: readonly string[]
    readonly versions: readonly string[]
  }>
}

const CLIENTS = 8
const TIMEOUT_MS = 20_000

export function startLoad(port: number, { keepAlive }: { readonly keepAlive: boolean }): Load {
  const failures: string[] = []
  const versions = new Set<string>()
  const waiting: { readonly done: () => boolean; readonly resolve: () => void }[] = []
  let sent = 0
  const stopped = new AbortController()
  const until = async (done: () => boolean): Promise<void> => {
    if (!done()) await new Promise<void>((resolve) => waiting.push({ done, resolve }))
  }
  const client = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive, maxSockets: 1 })
    while (!stopped.signal.aborted) {
      sent += 1
      try {
        versions.add(await ask({ port, agent, keepAlive }))
      } catch (error) {
        failures.push(String(error))
      }
      for (const { done, resolve } of waiting) if (done()) resolve()
    }
    agent.destroy()
  }
  const clients = Array.from({ length: CLIENTS }, client)
  return {
    answered: async (count) => {
      const target = sent + count
      await until(() => sent >= target)
    },
    seen: async (version) => await until(() => versions.has(version)),
    stop: async () => {
      stopped.abort()
      await Promise.all(clients)
      return { sent, failures, versions: [...versions].toSorted() }
    },
  }
}

type Request = { readonly port: number; readonly agent: http.Agent; readonly keepAlive: boolean }

async function ask({ port, agent, keepAlive }: Request): Promise<string> {
  return await new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      timeout: TIMEOUT_MS,
      ...(keepAlive ? { agent } : { agent: false as const }),
    }
    const request = http.get(options, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve((JSON.parse(text) as { readonly version: string }).version))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
  })
}
