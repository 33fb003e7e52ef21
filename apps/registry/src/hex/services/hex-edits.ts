/** Changing what is published: retire, revert, owners, documentation. */
import type { BlobStorage } from '../../ports/blob-storage.ts'
import { putBytes, readAll } from '../../ports/blob-storage.ts'
import type { HexChange, HexIndex, HexOwner, HexOwnerLevel, HexPackageRecord } from '../../ports/hex-index.ts'
import type { AccountIndex } from '../../ports/package-index.ts'
import type { Principal } from '../../services/accounts.ts'
import { BodyCache } from '../../services/sized-cache.ts'
import { retirementReasons } from '../formats/registry-messages.ts'
import { readHexContents } from '../formats/hex-tarball.ts'
import { isHexVersion } from '../formats/hex-version.ts'
import { hexRefusals, refusingFormat } from '../hex-refusal.ts'
import type { HexRepositories, HexRepository } from './hex-repositories.ts'

const MESSAGE_LENGTH_MAX = 280
const OWNER_COUNT_MAX = 100

/** In bytes: unpacked pages that were asked for lately. */
const PAGES_SIZE = 32 * 1024 * 1024

export type HexEditsOptions = {
  readonly index: HexIndex
  readonly accounts: AccountIndex
  readonly blobs: BlobStorage
  readonly repositories: HexRepositories
  readonly now: () => number
}

/** One package as an address names it, and who asks. */
export type HexTarget = {
  readonly repository: string | undefined
  readonly name: string
  readonly principal: Principal | undefined
}

type Opened = { readonly repository: HexRepository; readonly record: HexPackageRecord; readonly principal: Principal }

export class HexEdits {
  readonly #options: HexEditsOptions
  readonly #pages = new BodyCache(PAGES_SIZE)

  constructor(options: HexEditsOptions) {
    this.#options = options
  }

  async retire(target: HexTarget, version: string, wish: Readonly<Record<string, unknown>>): Promise<void> {
    const opened = await this.#open(target)
    const reason = retirementReasons.find((known) => known === wish.reason)
    if (reason === undefined) throw hexRefusals.validation({ reason: `is none of ${retirementReasons.join(', ')}` })
    const message = wish.message ?? undefined
    if (message !== undefined && (typeof message !== 'string' || message.length > MESSAGE_LENGTH_MAX))
      throw hexRefusals.validation({ message: `is over ${MESSAGE_LENGTH_MAX} characters` })
    await this.#change(opened, [{ kind: 'retire', version, retirement: { reason, message } }])
  }

  async unretire(target: HexTarget, version: string): Promise<void> {
    await this.#change(await this.#open(target), [{ kind: 'unretire', version }])
  }

  /** Removes the release for ever. */
  async revert(target: HexTarget, version: string): Promise<void> {
    await this.#change(await this.#open(target), [{ kind: 'remove', version }])
  }

  /** An existing owner's level changes; a transfer leaves the new owner alone. */
  async putOwner(
    target: HexTarget,
    user: string,
    wish: { readonly level: unknown; readonly transfer: boolean },
  ): Promise<void> {
    const opened = await this.#open(target, { full: true })
    const level = wish.level ?? 'full'
    if (level !== 'full' && level !== 'maintainer')
      throw hexRefusals.validation({ level: 'is neither full nor maintainer' })
    const name = await this.accountNamed(user)
    if (name === undefined) throw hexRefusals.notFound()
    const added: HexOwner = { name, level: level satisfies HexOwnerLevel }
    const others = wish.transfer ? [] : opened.record.owners.filter((owner) => owner.name !== name)
    await this.#setOwners(opened, [...others, added])
  }

  async removeOwner(target: HexTarget, user: string): Promise<void> {
    const opened = await this.#open(target, { full: true })
    const name = await this.accountNamed(user)
    if (!opened.record.owners.some((owner) => owner.name === name)) throw hexRefusals.notFound()
    await this.#setOwners(
      opened,
      opened.record.owners.filter((owner) => owner.name !== name),
    )
  }

  /** Whether the archive is documentation is looked at before it is kept. */
  async putDocumentation(target: HexTarget, version: string, bytes: Uint8Array): Promise<void> {
    const opened = await this.#open(target)
    requireRelease(opened.record, version)
    await refusingFormat(checkDocumentation(bytes, `the documentation of ${target.name} ${version}`))
    const { integrity, size } = await putBytes(this.#options.blobs, bytes)
    await this.#change(opened, [{ kind: 'documentation', version, archive: { integrity, size } }])
  }

  async removeDocumentation(target: HexTarget, version: string): Promise<void> {
    await this.#change(await this.#open(target), [{ kind: 'documentation', version, archive: undefined }])
  }

  /** One file of a release's documentation; undefined when it has none of that name. */
  async documentationPage(record: HexPackageRecord, version: string, path: string): Promise<Buffer | undefined> {
    const archive = record.releases.find((release) => release.version === version)?.documentation
    if (archive === undefined) return undefined
    const kept = this.#pages.get(`${archive.integrity}/${path}`)
    if (kept !== undefined) return kept
    const bytes = await readAll(this.#options.blobs, archive.integrity)
    if (bytes === undefined) throw new Error(`the blob ${archive.integrity} of a documentation is missing`)
    let found: Buffer | undefined
    await readHexContents(bytes, 'the documentation', (file, content) => {
      // All of it: whoever reads one page reads its style and its scripts next.
      const page = Buffer.from(content)
      this.#pages.set(`${archive.integrity}/${file}`, page)
      if (file === path) found = page
    })
    return found
  }

  /** By name or by address. */
  async accountNamed(user: string): Promise<string | undefined> {
    if (!user.includes('@')) return (await this.#options.accounts.account(user))?.name
    const accounts = await this.#options.accounts.accounts()
    return accounts.find((account) => account.email === user)?.name
  }

  async #setOwners(opened: Opened, owners: readonly HexOwner[]): Promise<void> {
    if (!owners.some(({ level }) => level === 'full'))
      throw hexRefusals.validation({ owners: 'a package keeps at least one full owner' })
    if (owners.length > OWNER_COUNT_MAX) throw hexRefusals.validation({ owners: `are over ${OWNER_COUNT_MAX}` })
    await this.#change(opened, [{ kind: 'owners', owners }])
  }

  async #open(target: HexTarget, { full = false } = {}): Promise<Opened> {
    const { repositories, index } = this.#options
    const { principal } = target
    const repository = await repositories.requireWritable(target.repository, { principal, package: target.name })
    const record = await index.package(repository.name, target.name)
    if (record === undefined || principal === undefined) throw hexRefusals.notFound()
    repositories.requireOwner(repository, record, { principal, full })
    return { repository, record, principal }
  }

  async #change({ record, principal }: Opened, changes: readonly HexChange[]): Promise<void> {
    const outcome = await this.#options.index.change(changes, {
      repository: record.repository,
      name: record.name,
      by: principal.account.name,
      at: new Date(this.#options.now()).toISOString(),
    })
    if (outcome === 'missing') throw hexRefusals.notFound()
  }
}

function requireRelease(record: HexPackageRecord, version: string): void {
  if (!record.releases.some((release) => release.version === version)) throw hexRefusals.notFound()
}

/** Hex's rules: a page to begin with, and no folder that could be taken for a version. */
async function checkDocumentation(bytes: Uint8Array, place: string): Promise<void> {
  const { report } = await readHexContents(bytes, place)
  const paths = report.included.map((file) => file.path)
  if (!paths.includes('index.html')) throw hexRefusals.validation({ tar: 'holds no index.html at its root' })
  const version = paths.map((path) => path.split('/', 1)[0] ?? '').find(isHexVersion)
  if (version !== undefined)
    throw hexRefusals.validation({ tar: `holds ${version} at its root, which looks like a version` })
}
