/** The Hex side of a registry, put together. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { userError } from '@alkahest/core'
import type { Configuration } from '../configuration.ts'
import type { BlobStorage } from '../ports/blob-storage.ts'
import type { HexIndex } from '../ports/hex-index.ts'
import type { Index } from '../ports/package-index.ts'
import type { UpstreamClient } from '../services/upstream-client.ts'
import type { Describing } from './hex-descriptions.ts'
import { HexContentsReader } from './services/hex-contents.ts'
import { HexEdits } from './services/hex-edits.ts'
import { HexPackages } from './services/hex-packages.ts'
import { HexPublishing } from './services/hex-publishing.ts'
import { HexRepositories } from './services/hex-repositories.ts'
import { HexResources } from './services/hex-resources.ts'
import { openHexSigningKey } from './services/hex-signing.ts'
import type { HexSigningKey } from './services/hex-signing.ts'
import { HexUpstream } from './services/hex-upstream.ts'

export type Hex = {
  readonly index: HexIndex
  readonly repositories: HexRepositories
  readonly packages: HexPackages
  readonly resources: HexResources
  readonly publishing: HexPublishing
  readonly edits: HexEdits
  readonly upstream: HexUpstream | undefined
  /** Made when it is first asked for. */
  key(): Promise<HexSigningKey>
  describing(): Describing
}

export type OpenHexOptions = {
  readonly configuration: Configuration
  readonly index: Index
  readonly blobs: BlobStorage
  readonly client: UpstreamClient
  readonly cwd: string
  readonly baseUrl: () => string
  readonly now: () => number
}

export async function openHex(options: OpenHexOptions): Promise<Hex> {
  const { configuration, blobs, now } = options
  const index = options.index.hex
  const main = configuration.hexRepository
  let opened: Promise<HexSigningKey> | undefined
  const key = (): Promise<HexSigningKey> => {
    opened ??= openHexSigningKey(configuration.data).catch((cause: unknown) => {
      // A full disk now is no reason to fail for ever.
      opened = undefined
      throw cause
    })
    return opened
  }
  const repositories = new HexRepositories({ index, main })
  const resources = new HexResources({ index, key })
  const upstream = await openHexUpstream(options)
  const packages = new HexPackages({ index, contents: new HexContentsReader(blobs), upstream })
  return {
    index,
    repositories,
    packages,
    resources,
    publishing: new HexPublishing({
      index,
      blobs,
      repositories,
      resources,
      upstream,
      publishesPerMinute: configuration.publishesPerMinute,
      now,
    }),
    edits: new HexEdits({ index, accounts: options.index, blobs, repositories, now }),
    upstream,
    key,
    describing: () => ({ baseUrl: options.baseUrl(), main }),
  }
}

async function openHexUpstream(options: OpenHexOptions): Promise<HexUpstream | undefined> {
  const { configuration, client, now } = options
  if (configuration.hexUpstream === 'none') return undefined
  return new HexUpstream({
    index: options.index.hex,
    claims: options.index,
    configuredClaims: configuration.claims,
    blobs: options.blobs,
    client,
    url: configuration.hexUpstream,
    token: configuration.hexUpstreamToken,
    repository: configuration.hexUpstreamRepository,
    publicKeyPem: await readUpstreamKey(options),
    main: configuration.hexRepository,
    maxAgeMs: configuration.upstreamMaxAge * 1000,
    negativeMaxAgeMs: configuration.upstreamNegativeMaxAge * 1000,
    now,
  })
}

/** Without its key an upstream is believed by nobody. */
async function readUpstreamKey({ configuration, cwd }: OpenHexOptions): Promise<string> {
  const file = configuration.hexUpstreamKey
  const pem = file === undefined ? undefined : await readFile(resolve(cwd, file), 'utf8').catch(() => undefined)
  if (pem?.includes('PUBLIC KEY-----') === true) return pem
  throw userError(
    'REGISTRY_CONFIGURATION_INVALID',
    file === undefined
      ? 'hexUpstream is set, but hexUpstreamKey is not: records of an upstream are believed only with its public key'
      : `${file}, which hexUpstreamKey names, holds no public key`,
    { hint: "fetch the upstream's `public_key`, compare it with what its operator says, and name the file" },
  )
}
