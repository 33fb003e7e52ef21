/** The registry without HTTP: ports opened, services put together. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolderBlobs } from './blobs/folder-blobs.ts'
import type { Configuration } from './configuration.ts'
import { openIndex } from './index/open-index.ts'
import { openHex } from './hex/open-hex.ts'
import type { Hex } from './hex/open-hex.ts'
import type { BlobStorage } from './ports/blob-storage.ts'
import type { Index } from './ports/package-index.ts'
import { Accounts } from './services/accounts.ts'
import { Advisories } from './services/advisories.ts'
import { BrowserSessions } from './services/browser-sessions.ts'
import { Closures } from './services/closures.ts'
import { Deriver } from './services/deriver.ts'
import { Metrics } from './services/metrics.ts'
import { Names } from './services/names.ts'
import { PackageEdits } from './services/package-edits.ts'
import { PackageOverviews } from './services/package-overviews.ts'
import { Packuments } from './services/packuments.ts'
import { Publishing } from './services/publishing.ts'
import { openSigningKey } from './services/signing.ts'
import type { SigningKey } from './services/signing.ts'
import { Tarballs } from './services/tarballs.ts'
import { openUpstreamClient } from './services/open-upstream.ts'
import { UpstreamPolicy } from './services/upstream-policy.ts'
import { UpstreamPackuments } from './services/upstream-packuments.ts'
import { WebLogins } from './services/web-logins.ts'

export type Registry = {
  readonly configuration: Configuration
  readonly index: Index
  readonly blobs: BlobStorage
  readonly accounts: Accounts
  readonly names: Names
  readonly packuments: Packuments
  readonly closures: Closures
  readonly tarballs: Tarballs
  readonly publishing: Publishing
  readonly edits: PackageEdits
  readonly signingKey: SigningKey
  readonly advisories: Advisories
  readonly overviews: PackageOverviews
  readonly sessions: BrowserSessions
  readonly webLogins: WebLogins
  readonly metrics: Metrics
  readonly hex: Hex
  readonly now: () => number
  /** What tarball addresses begin with; set when the server listens, unless it was configured. */
  baseUrl: string
  close(): Promise<void>
}

export type OpenRegistryOptions = {
  readonly configuration: Configuration
  /** For npm's configuration: the default upstream, its credentials, proxies and certificates. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now?: () => number
}

export async function openRegistry(options: OpenRegistryOptions): Promise<Registry> {
  const { configuration, now = Date.now } = options
  await mkdir(configuration.data, { recursive: true })
  const blobs = await openFolderBlobs(join(configuration.data, 'blobs'))
  const index = await openIndex(configuration)
  const signingKey = await openSigningKey(configuration.data)
  const { client, rules, close: closeUpstream } = await openUpstreamClient(options)
  const metrics = new Metrics()
  const deriver = new Deriver(signingKey.privatePem)
  const names = new Names({ index, claims: configuration.claims, upstreams: rules })
  const registry = { baseUrl: configuration.publicUrl ?? '' }
  const baseUrl = (): string => registry.baseUrl
  const quarantineMs = configuration.upstreamQuarantine * 60_000
  const upstream = new UpstreamPackuments({
    index,
    blobs,
    client,
    deriver,
    baseUrl,
    maxAgeMs: configuration.upstreamMaxAge * 1000,
    negativeMaxAgeMs: configuration.upstreamNegativeMaxAge * 1000,
    quarantineMs,
    policy: new UpstreamPolicy({ allow: configuration.upstreamAllow, deny: configuration.upstreamDeny, quarantineMs }),
    now,
  })
  const packuments = new Packuments({ index, blobs, names, upstream, baseUrl, now })
  const tarballs = new Tarballs({ index, blobs, names, packuments: upstream, client })
  const hex = await openHex({ configuration, index, blobs, client, cwd: options.cwd, baseUrl, now })
  const signUp = configuration.signUp ?? (isLoopback(configuration.host) ? 'open' : 'closed')
  const accounts = new Accounts({ index, signUp, now })
  return Object.assign(registry, {
    configuration,
    index,
    blobs,
    accounts,
    names,
    packuments,
    closures: new Closures({ packuments, baseUrl }),
    tarballs,
    publishing: new Publishing({
      index,
      blobs,
      names,
      upstream,
      signingKey,
      tarballSizeMax: configuration.tarballSizeMax,
      publishesPerMinute: configuration.publishesPerMinute,
      baseUrl,
      now,
    }),
    edits: new PackageEdits({ index, now }),
    signingKey,
    advisories: new Advisories(client),
    overviews: new PackageOverviews({ index, blobs, names, upstream }),
    sessions: new BrowserSessions({ index, now }),
    webLogins: new WebLogins({ index, now }),
    metrics,
    hex,
    now,
    async close(): Promise<void> {
      // What is still asked of the upstream fails now, and has written its last before the index is closed.
      closeUpstream()
      await upstream.settled()
      await tarballs.settled()
      await hex.upstream?.settled()
      await deriver.close()
      metrics.close()
      await index.close()
    },
  })
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
