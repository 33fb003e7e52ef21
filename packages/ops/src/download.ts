/** Brings what an install needs into the store: many at once, the largest first, each once. */
import { resolve } from 'node:path'
import { userError } from '@alkahest/core'
import type { Instance, PackageId, ResolvedPackage } from '@alkahest/core'
import type { Selection } from '@alkahest/linker'
import { readBytes } from '@alkahest/project'
import type { Store, StoredPackage } from '@alkahest/store'
import type { OperationContext } from './context.ts'
import type { LazyNetwork } from './network.ts'

/** Downloads under way at once; the client has as many connections, and the store's workers take them as they come. */
const DOWNLOADS_MAX = 32

export type DownloadOptions = {
  /** Absolute; paths of tarballs on disk are relative to it. */
  readonly root: string
  readonly selection: Selection
  readonly store: Store
  readonly network: LazyNetwork
}

/** Every package of the selection as it lies in the store, folders excepted. */
export async function downloadSelection(
  context: OperationContext,
  options: DownloadOptions,
): Promise<ReadonlyMap<PackageId, StoredPackage>> {
  const stored = new Map<PackageId, StoredPackage>()
  const missing = new Map<PackageId, Instance>()
  for (const instance of options.selection.instances.values()) {
    const { id, source, integrity } = instance.package
    if (source.kind === 'directory' || stored.has(id) || missing.has(id)) continue
    const found = integrity === undefined ? undefined : options.store.get(integrity)
    if (found === undefined) missing.set(id, instance)
    else stored.set(id, found)
  }
  const queue = [...missing.values()]
  let done = 0
  const total = queue.length
  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      stored.set(next.package.id, await fetchPackage(next.package, options))
      context.progress({ kind: 'step', what: 'fetching', done: ++done, total })
    }
  }
  // The first failure empties the queue, so that nothing goes on behind the error's back.
  const workers = Array.from({ length: Math.min(DOWNLOADS_MAX, total) }, () =>
    work().catch((error: unknown) => {
      queue.length = 0
      throw error
    }),
  )
  const results = await Promise.allSettled(workers)
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return stored
}

/** Downloads one package and puts it into the store, which checks its integrity. */
export async function fetchPackage(
  wanted: ResolvedPackage,
  { root, store, network }: Omit<DownloadOptions, 'selection'>,
): Promise<StoredPackage> {
  const what = `${wanted.name}@${wanted.version}`
  return store.put({ integrity: wanted.integrity, what, tarball: await openTarball(wanted, { root, network }) })
}

async function openTarball(
  wanted: ResolvedPackage,
  { root, network }: Pick<DownloadOptions, 'root' | 'network'>,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const what = `${wanted.name}@${wanted.version}`
  if (wanted.source.kind === 'file') {
    const bytes = await readBytes(resolve(root, wanted.source.path), wanted.source.path)
    if (bytes === undefined) throw userError('PATH_NOT_FOUND', `there is no ${wanted.source.path}, which is ${what}`)
    return bytes
  }
  const { client } = await network.open()
  const url = wanted.source.kind === 'tarball' ? wanted.source.url : wanted.tarball
  return client.tarball({ name: wanted.name, version: wanted.version, ...(url === undefined ? {} : { url }) })
}
