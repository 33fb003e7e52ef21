/** The main repository and those of organisations: which one is meant, and what an account may do there. */
import type { HexIndex, HexPackageHead, HexRepositoryRecord, HexRole } from '../../ports/hex-index.ts'
import type { Principal } from '../../services/accounts.ts'
import { hexRefusals } from '../hex-refusal.ts'
import { keyAllows, requireKey } from './hex-keys.ts'

/** What mix calls the main repository in addresses of the API, whatever its name is. */
const PUBLIC_ALIAS = 'hexpm'

const ORGANISATION_NAME = /^[a-z][a-z0-9_]{1,99}$/

export type HexRepository = {
  readonly name: string
  readonly main: boolean
  readonly record: HexRepositoryRecord | undefined
}

export type HexRepositoriesOptions = {
  readonly index: HexIndex
  /** The main one's name. */
  readonly main: string
}

export class HexRepositories {
  readonly #index: HexIndex
  readonly main: string

  constructor({ index, main }: HexRepositoriesOptions) {
    this.#index = index
    this.main = main
  }

  /** By the name in an address; none is the main one. Undefined when there is no such repository. */
  async find(name: string | undefined): Promise<HexRepository | undefined> {
    const main = name === undefined || name === this.main || name === PUBLIC_ALIAS
    const actual = main ? this.main : name
    const record = await this.#index.repository(actual)
    return main || record !== undefined ? { name: actual, main, record } : undefined
  }

  /** For whoever may read it; for others it does not exist, save that an organisation's asks for a key. */
  async requireReadable(name: string | undefined, principal: Principal | undefined): Promise<HexRepository> {
    const repository = await this.find(name)
    if (repository?.main === true) return repository
    if (principal === undefined) throw hexRefusals.unauthenticated()
    if (!keyReads(principal, name ?? '')) throw hexRefusals.keyNotFor()
    if (repository === undefined || this.roleIn(repository, principal) === undefined) throw hexRefusals.notFound()
    return repository
  }

  /** For whoever may publish the package there, or change it when it exists. */
  async requireWritable(
    name: string | undefined,
    wanted: { readonly principal: Principal | undefined; readonly package: string },
  ): Promise<HexRepository> {
    const repository = await this.find(name)
    const action = { kind: 'api', write: true, repository: repository?.name ?? '', name: wanted.package } as const
    const principal = requireKey(wanted.principal, action)
    if (repository?.main === true) return repository
    const role = repository === undefined ? undefined : this.roleIn(repository, principal)
    if (repository === undefined || role === undefined) throw hexRefusals.notFound()
    if (role === 'read') throw hexRefusals.forbidden()
    return repository
  }

  roleIn(repository: HexRepository, { account }: Principal): HexRole | undefined {
    return account.role === 'administrator' ? 'admin' : repository.record?.members[account.name]
  }

  /** Whether the account may change the package whoever owns it: administrators, and writers of an organisation. */
  isTrusted(repository: HexRepository, principal: Principal): boolean {
    if (principal.account.role === 'administrator') return true
    const role = this.roleIn(repository, principal)
    return !repository.main && (role === 'write' || role === 'admin')
  }

  /** A 403 for whoever is no owner; owners themselves are changed by full ones only. */
  requireOwner(
    repository: HexRepository,
    head: HexPackageHead,
    wanted: { readonly principal: Principal; readonly full?: boolean },
  ): void {
    if (this.isTrusted(repository, wanted.principal)) return
    const owner = head.owners.find(({ name }) => name === wanted.principal.account.name)
    if (owner === undefined || (wanted.full === true && owner.level !== 'full')) throw hexRefusals.forbidden()
  }

  /** Those that the account may read with the key it sent: the main one first. */
  async readable(principal: Principal | undefined): Promise<readonly HexRepository[]> {
    const main: HexRepository = { name: this.main, main: true, record: undefined }
    if (principal === undefined) return [main]
    const records = (await this.#index.repositories()).filter((record) => record.name !== this.main)
    const others = records
      .map((record): HexRepository => ({ name: record.name, main: false, record }))
      .filter(({ name }) => keyReads(principal, name))
      .filter((repository) => this.roleIn(repository, principal) !== undefined)
    return [main, ...others]
  }

  /** False when it exists; throws a 422 for a name that is none. */
  async create(name: string, options: { readonly by: string; readonly at: string }): Promise<boolean> {
    if (!ORGANISATION_NAME.test(name) || name === this.main || name === PUBLIC_ALIAS)
      throw hexRefusals.validation({ name: 'is not a name for an organisation' })
    return this.#index.createRepository(name, options)
  }
}

function keyReads(principal: Principal, repository: string): boolean {
  return keyAllows(principal, { kind: 'repository', repository }) || keyAllows(principal, { kind: 'api', write: false })
}
