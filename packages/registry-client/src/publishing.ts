/** What changes a package on its registry: publish, unpublish, deprecate, dist-tags, owners, access. */
import {
  asJsonObject,
  asVersion,
  compareVersions,
  isPrerelease,
  parseJson,
  parsePackageName,
  userError,
} from '@alkahest/core'
import type { Json, JsonObject, PackageName, Version } from '@alkahest/core'
import { checkStatus } from '@alkahest/http'
import { encodeName, routes, tarballFileName } from '@alkahest/protocol'
import { nonsense } from './connection.ts'
import type { Connection, JsonRequest, WriteOptions } from './connection.ts'
import type { Packuments } from './packuments.ts'

export type Owner = {
  readonly name: string
  readonly email: string | undefined
}

type Change = JsonRequest & {
  readonly method: string
  readonly path: string
}

export class Publishing {
  readonly #connection: Connection
  readonly #packuments: Packuments

  constructor(connection: Connection, packuments: Packuments) {
    this.#connection = connection
    this.#packuments = packuments
  }

  async publish(body: JsonObject, options: WriteOptions): Promise<void> {
    const name = parsePackageName(typeof body.name === 'string' ? body.name : '', 'the body of a publish')
    const [version] = Object.keys(asJsonObject(body.versions) ?? {})
    const purpose = `publish ${name}${version === undefined ? '' : `@${version}`}`
    await this.#change(name, {
      ...options,
      method: 'PUT',
      path: routes.packument(name),
      purpose,
      body,
      headers: { 'npm-command': 'publish' },
    })
  }

  /** Whether the registry says that it makes several packages visible at one moment; npm's protocol has nothing like it. */
  async publishesTogether(options: WriteOptions): Promise<boolean> {
    const registry = this.#connection.registryOf(undefined, options)
    const request = { ...options, purpose: 'ask what the registry can do', registry }
    const answer = await this.#connection.ask('GET', routes.features, request)
    if (answer.status !== 200) return false
    try {
      return asJsonObject(parseJson(Buffer.from(answer.body).toString('utf8'), registry))?.publish === 1
    } catch {
      return false // another registry's page, which says nothing of this
    }
  }

  /** Bodies of different packages, all of them or none. */
  async publishTogether(bodies: readonly JsonObject[], options: WriteOptions): Promise<void> {
    const names = bodies.map((body) => parsePackageName(typeof body.name === 'string' ? body.name : '', 'a publish'))
    await this.#connection.write('POST', routes.publishTogether, {
      ...options,
      registry: this.#connection.registryOf(undefined, options),
      purpose: `publish ${names.join(', ')}`,
      lines: bodies,
      headers: { 'npm-command': 'publish' },
    })
    for (const name of names) await this.#packuments.forget(name)
  }

  /** One version, or the whole package when there is no other. */
  async unpublish(name: PackageName, version: Version | undefined, options: WriteOptions): Promise<void> {
    const purpose = `unpublish ${name}${version === undefined ? '' : `@${version}`}`
    const document = await this.#documentToChange(name, purpose, options)
    const { [version ?? '']: removed, ...kept } = asJsonObject(document.versions) ?? {}
    if (version !== undefined && removed === undefined) throw unknownVersion(name, version)
    const path = (revision: string): string => routes.revision(name, revision)
    if (version === undefined || Object.keys(kept).length === 0) {
      return this.#change(name, { ...options, method: 'DELETE', path: path(revisionOf(document)), purpose })
    }
    const changed = { ...document, versions: kept, 'dist-tags': tagsWithout(document, version, Object.keys(kept)) }
    await this.#change(name, { ...options, method: 'PUT', path: path(revisionOf(document)), purpose, body: changed })
    const after = await this.#documentToChange(name, purpose, options)
    const file = `${encodeName(name)}/-/${tarballFileName(name, version)}/-rev/${encodeURIComponent(revisionOf(after))}`
    const answer = await this.#connection.ask('DELETE', file, {
      ...options,
      purpose,
      registry: this.#registry(name, options),
    })
    // Registries that drop the file with its version have none to delete any more.
    if (answer.status !== 404) checkStatus(answer)
  }

  /** An empty message takes the deprecation back. */
  async deprecate(
    name: PackageName,
    versions: readonly Version[],
    change: WriteOptions & { readonly message: string },
  ): Promise<void> {
    const { message, ...options } = change
    const purpose = `${message === '' ? 'undeprecate' : 'deprecate'} ${name}`
    const document = await this.#documentToChange(name, purpose, options)
    const manifests: Record<string, Json> = { ...asJsonObject(document.versions) }
    for (const version of versions) {
      const manifest = asJsonObject(manifests[version])
      if (manifest === undefined) throw unknownVersion(name, version)
      manifests[version] = { ...manifest, deprecated: message }
    }
    const { _attachments: _unsent, ...rest } = document
    const headers = { 'npm-command': message === '' ? 'undeprecate' : 'deprecate' }
    const body = { ...rest, versions: manifests }
    await this.#change(name, { ...options, method: 'PUT', path: routes.packument(name), purpose, body, headers })
  }

  async distTags(name: PackageName): Promise<Readonly<Record<string, Version>>> {
    const purpose = `get the dist-tags of ${name}`
    const value = await this.#connection.json('GET', routes.distTags(name), {
      purpose,
      registry: this.#registry(name, {}),
    })
    const tags = asJsonObject(value)
    if (tags === undefined) throw nonsense(purpose, this.#registry(name, {}), 'answered no object')
    return Object.fromEntries(
      Object.entries(tags).flatMap(([tag, text]) => {
        const version = asVersion(text)
        return version === undefined ? [] : [[tag, version]]
      }),
    )
  }

  async setDistTag(
    name: PackageName,
    tag: string,
    change: WriteOptions & { readonly version: Version },
  ): Promise<void> {
    const { version, ...options } = change
    const purpose = `tag ${name}@${version} as ${tag}`
    await this.#change(name, { ...options, method: 'PUT', path: routes.distTags(name, tag), purpose, body: version })
  }

  async removeDistTag(name: PackageName, tag: string, options: WriteOptions): Promise<void> {
    const purpose = `remove the tag ${tag} of ${name}`
    await this.#change(name, { ...options, method: 'DELETE', path: routes.distTags(name, tag), purpose })
  }

  async owners(name: PackageName, options: WriteOptions = {}): Promise<readonly Owner[]> {
    return ownersIn(await this.#documentToChange(name, `get the owners of ${name}`, options))
  }

  async addOwner(name: PackageName, user: string, options: WriteOptions): Promise<void> {
    const purpose = `add ${user} to the owners of ${name}`
    const registry = this.#registry(name, options)
    const profile = asJsonObject(
      await this.#connection.json('GET', routes.user(user), { ...options, purpose, registry }),
    )
    const owner = { name: user, email: typeof profile?.email === 'string' ? profile.email : undefined }
    await this.#changeOwners(name, { ...options, purpose }, (owners) =>
      owners.some((existing) => existing.name === user) ? owners : [...owners, owner],
    )
  }

  async removeOwner(name: PackageName, user: string, options: WriteOptions): Promise<void> {
    const purpose = `remove ${user} from the owners of ${name}`
    await this.#changeOwners(name, { ...options, purpose }, (owners) => {
      const kept = owners.filter((existing) => existing.name !== user)
      if (kept.length === 0) {
        throw userError('REGISTRY_FORBIDDEN', `cannot ${purpose}: a package needs an owner`, {
          hint: 'add another owner first',
        })
      }
      return kept
    })
  }

  async setAccess(name: PackageName, access: 'public' | 'restricted', options: WriteOptions): Promise<void> {
    const purpose = `make ${name} ${access}`
    await this.#change(name, { ...options, method: 'POST', path: routes.access(name), purpose, body: { access } })
  }

  /** User or team to `read-only` or `read-write`. */
  async collaborators(name: PackageName): Promise<Readonly<Record<string, string>>> {
    const purpose = `get the collaborators of ${name}`
    const registry = this.#registry(name, {})
    const value = asJsonObject(
      await this.#connection.json('GET', `-/package/${encodeName(name)}/collaborators`, { purpose, registry }),
    )
    if (value === undefined) throw nonsense(purpose, registry, 'answered no object')
    const entries = Object.entries(value)
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  }

  async #changeOwners(
    name: PackageName,
    options: WriteOptions & { readonly purpose: string },
    change: (owners: readonly Owner[]) => readonly Owner[],
  ): Promise<void> {
    const document = await this.#documentToChange(name, options.purpose, options)
    const revision = revisionOf(document)
    const maintainers = change(ownersIn(document)).map(({ name, email }) => ({
      name,
      ...(email === undefined ? {} : { email }),
    }))
    const body = { _id: name, _rev: revision, maintainers }
    await this.#change(name, { ...options, method: 'PUT', path: routes.revision(name, revision), body })
  }

  /** The document with its revision, past every cache on the way. */
  async #documentToChange(name: PackageName, purpose: string, options: WriteOptions): Promise<JsonObject> {
    const registry = this.#registry(name, options)
    const value = await this.#connection.json('GET', `${routes.packument(name)}?write=true`, {
      ...options,
      purpose,
      registry,
    })
    const document = asJsonObject(value)
    if (document === undefined) throw nonsense(purpose, registry, 'answered no document')
    return document
  }

  /** What we know of a package is old as soon as we change it. */
  async #change(name: PackageName, change: Change): Promise<void> {
    const { method, path, ...request } = change
    await this.#connection.write(method, path, { ...request, registry: this.#registry(name, request) })
    await this.#packuments.forget(name)
  }

  #registry(name: PackageName, options: WriteOptions): string {
    return this.#connection.registryOf(name, options)
  }
}

function revisionOf(document: JsonObject): string {
  // A registry that keeps no revisions accepts anything here, and pnpm sends the same.
  return typeof document._rev === 'string' ? document._rev : 'undefined'
}

function ownersIn(document: JsonObject): readonly Owner[] {
  const { maintainers } = document
  if (!Array.isArray(maintainers)) return []
  return maintainers.flatMap((entry: Json) => {
    const owner = asJsonObject(entry)
    if (typeof owner?.name !== 'string') return []
    return [{ name: owner.name, email: typeof owner.email === 'string' ? owner.email : undefined }]
  })
}

/** Tags of the removed version go; `latest` moves to the highest release that is left, as npm does it. */
function tagsWithout(document: JsonObject, removed: Version, kept: readonly string[]): JsonObject {
  const tags = Object.entries(asJsonObject(document['dist-tags']) ?? {})
  const left = Object.fromEntries(tags.filter(([, version]) => version !== removed))
  const versions = kept.flatMap((text) => asVersion(text) ?? []).toSorted(compareVersions)
  const latest = versions.findLast((version) => !isPrerelease(version)) ?? versions.at(-1)
  return left.latest !== undefined || latest === undefined ? left : { ...left, latest }
}

function unknownVersion(name: PackageName, version: Version): Error {
  return userError('REGISTRY_NOT_FOUND', `${name} has no version ${version}`, {
    hint: `\`alk info ${name}\` lists its versions`,
  })
}
