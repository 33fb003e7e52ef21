/** Opens what talks to registries: npm's configuration, one set of connections, the client over both. */
import { join } from 'node:path'
import { userAgent, userError } from '@alkahest/core'
import { createHttp } from '@alkahest/http'
import type { Http } from '@alkahest/http'
import { loadNpmConfig } from '@alkahest/npm-config'
import type { NpmConfig } from '@alkahest/npm-config'
import { openRegistryClient } from '@alkahest/registry-client'
import type { RegistryClient } from '@alkahest/registry-client'
import { makeFolder } from '@alkahest/store/make-folder'
import { alkahestVersion } from './alkahest-version.ts'
import type { OperationContext } from './context.ts'

export type NetworkOptions = {
  /** The folder whose `.npmrc` is the project's. */
  readonly directory: string
  /** For every package, instead of what is configured. */
  readonly registry?: string | undefined
  readonly offline?: boolean | undefined
  readonly preferOffline?: boolean | undefined
}

export type Network = {
  readonly config: NpmConfig
  readonly http: Http
  readonly client: RegistryClient
  /** Nothing is asked of another machine. */
  readonly offline: boolean
}

export async function openNetwork(context: OperationContext, options: NetworkOptions): Promise<Network> {
  makeCache(join(context.home, 'cache'))
  const config = await loadNpmConfig({
    cwd: options.directory,
    env: context.env,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
  })
  const http = createHttp({
    ...config.http,
    userAgent: userAgent(alkahestVersion),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    onRetry: (retry) => context.progress({ kind: 'note', text: `${retry.reason}, trying again` }),
  })
  const { offline = false } = options
  const client = openRegistryClient({
    config,
    http,
    cacheDirectory: join(context.home, 'cache'),
    offline,
    preferOffline: options.preferOffline ?? false,
    now: context.now,
  })
  return { config, http, client, offline }
}

/** A folder that cannot be written is told by whoever writes to it; one that can never exist ends here. */
function makeCache(directory: string): void {
  try {
    makeFolder(directory)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return
    throw userError('CACHE_UNWRITABLE', `${directory} cannot be made`, {
      hint: 'point ALKAHEST_HOME at a folder that can be written',
      cause,
    })
  }
}
