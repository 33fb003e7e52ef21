/**
 * Everything that requirements reach, in one question to a registry that offers closures. It never decides anything: a
 * registry that does not answer, or answers what cannot be used, is asked for packuments instead. Nobody is asked whether
 * he has closures: a registry says so with every packument, and that is remembered.
 */
import { UserError } from '@alkahest/core'
import type { PackageName, PackageVersions } from '@alkahest/core'
import type { HttpAnswer } from '@alkahest/http'
import { CLOSURE_FORMAT, CLOSURE_HEADER, CLOSURE_REQUIREMENTS_MAX, routes } from '@alkahest/protocol'
import type { ClosureCache } from './closure-cache.ts'
import { CLOSURE_SIZE_MAX, closureVersions, parseClosure } from './closure-document.ts'
import type { ClosureDocument } from './closure-document.ts'
import type { Connection } from './connection.ts'

/** A registry that had closures and has them no more: another program at the same address. */
const NOT_OFFERED: ReadonlySet<number> = new Set([404, 405, 501])

export type ClosureRequirement = {
  /** The real name, behind an alias. */
  readonly name: PackageName
  readonly alias: string
  /** As manifests write it: a range, a tag, `npm:name@range`. */
  readonly specifier: string
}

export type ClosureOptions = {
  /** Milliseconds since 1970: the times of what is younger are needed. */
  readonly publishedAfter?: number
  /** The Node that `engines` is held against. */
  readonly nodeVersion?: string
  /** Told when a version is looked at that the closure has no manifest of: what was concluded then must not be used. */
  readonly onLacking: (name: PackageName) => void
}

export type Closure = {
  /** What packuments would say, of some names. */
  readonly packages: ReadonlyMap<PackageName, PackageVersions>
  /** Why a registry that offers closures gave none, in sentences for people. */
  readonly notes: readonly string[]
}

export type ClosuresOptions = {
  readonly connection: Connection
  readonly cache: ClosureCache
  readonly preferOffline: boolean
  readonly now: () => number
}

export class Closures {
  readonly #options: ClosuresOptions
  readonly #offered = new Map<string, boolean>()
  /** What this process was told, by registry. */
  readonly #answered = new Map<string, ClosureDocument[]>()

  constructor(options: ClosuresOptions) {
    this.#options = options
  }

  /** Sees every answer about a packument. */
  async learn(registry: string, { headers }: Pick<HttpAnswer, 'headers'>): Promise<void> {
    if (headers[CLOSURE_HEADER] !== String(CLOSURE_FORMAT) || this.#isOffered(registry)) return
    this.#offered.set(registry, true)
    await this.#options.cache.setOffered(registry, true)
  }

  /** After a publish, ours or another's, what was known is old. */
  forget(): void {
    this.#answered.clear()
  }

  mayAnswer(name: PackageName): boolean {
    const { connection, preferOffline } = this.#options
    return connection.offline || preferOffline || this.#isOffered(connection.registryOf(name))
  }

  async closure(requirements: readonly ClosureRequirement[], options: ClosureOptions): Promise<Closure> {
    const { connection } = this.#options
    const registries = Map.groupBy(requirements, ({ name }) => connection.registryOf(name))
    const packages = new Map<PackageName, PackageVersions>()
    const notes: string[] = []
    const ask = async (registry: string, wanted: readonly ClosureRequirement[]): Promise<void> => {
      const found = await this.#ask(registry, wanted, options)
      if (typeof found === 'string') notes.push(found)
      else for (const document of found) this.#take(registry, document, { packages, onLacking: options.onLacking })
    }
    await Promise.all([...registries].map(([registry, wanted]) => ask(registry, wanted)))
    return { packages, notes }
  }

  /** The attack: one registry speaking about a name that another one is configured for. */
  #take(
    registry: string,
    document: ClosureDocument,
    {
      packages,
      onLacking,
    }: Pick<ClosureOptions, 'onLacking'> & { readonly packages: Map<PackageName, PackageVersions> },
  ): void {
    for (const name of document.packages.keys()) {
      if (packages.has(name) || this.#options.connection.registryOf(name) !== registry) continue
      const versions = closureVersions(name, document, onLacking)
      if (versions !== undefined) packages.set(name, versions)
    }
  }

  /** The best first; a sentence when the registry failed. */
  async #ask(
    registry: string,
    requirements: readonly ClosureRequirement[],
    options: ClosureOptions,
  ): Promise<readonly ClosureDocument[] | string> {
    const { connection, cache, preferOffline } = this.#options
    const answered = this.#answered.get(registry) ?? []
    const known = answered.find(({ packages }) => requirements.every(({ name }) => packages.has(name)))
    if (known !== undefined) return [known]
    const question = questionOf(requirements, options)
    if (connection.offline || preferOffline) {
      const same = await cache.read(registry, question)
      return [...(same === undefined ? [] : [same]), ...(await cache.readAll(registry))]
    }
    if (!this.#isOffered(registry) || requirements.length > CLOSURE_REQUIREMENTS_MAX) return []
    const document = await this.#fetch(registry, question, options)
    if (document === undefined || typeof document === 'string') this.#offered.set(registry, false)
    if (document === undefined) return []
    if (typeof document === 'string') {
      return `${new URL(registry).origin} gave no closure (${document}); its documents are asked for one by one`
    }
    this.#answered.set(registry, [...answered, document])
    return [document]
  }

  async #fetch(
    registry: string,
    question: string,
    { publishedAfter }: ClosureOptions,
  ): Promise<ClosureDocument | string | undefined> {
    const { connection, cache, now } = this.#options
    const kept = await cache.read(registry, question)
    const before = publishedAfter === undefined ? {} : { publishedBefore: new Date(publishedAfter).toISOString() }
    let answer: HttpAnswer
    try {
      answer = await connection.ask('POST', routes.closure(), {
        purpose: 'get the closure of the requirements',
        registry,
        headers: {
          accept: 'application/x-ndjson',
          ...(kept === undefined ? {} : { 'if-none-match': `"${kept.revision}"` }),
        },
        body: { ...(JSON.parse(question) as object), ...before },
        sizeMax: CLOSURE_SIZE_MAX,
      })
    } catch (cause) {
      // A packument that cannot be had is an error; that a closure cannot be had is said.
      if (cause instanceof UserError) return cause.message
      throw cause
    }
    if (answer.status === 304 && kept !== undefined) {
      await cache.confirm(registry, question, now())
      return kept
    }
    if (NOT_OFFERED.has(answer.status)) {
      await cache.setOffered(registry, false)
      return undefined
    }
    if (answer.status !== 200) return `status ${answer.status}`
    const parsed = parseClosure(answer.body)
    if (parsed.kind === 'unusable') return parsed.reason
    await cache.write(registry, question, answer.body)
    return parsed
  }

  #isOffered(registry: string): boolean {
    let isOffered = this.#offered.get(registry)
    if (isOffered === undefined) this.#offered.set(registry, (isOffered = this.#options.cache.isOffered(registry)))
    return isOffered
  }
}

/** The body without its instant, which is another at every question: the same requirements give the same text. */
function questionOf(requirements: readonly ClosureRequirement[], { nodeVersion }: ClosureOptions): string {
  const texts = new Map<string, Set<string>>()
  for (const { alias, specifier } of requirements) {
    const known = texts.get(alias)
    if (known === undefined) texts.set(alias, new Set([specifier]))
    else known.add(specifier)
  }
  const sorted = [...texts].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify({
    requirements: Object.fromEntries(sorted.map(([alias, specifiers]) => [alias, [...specifiers].toSorted()])),
    ...(nodeVersion === undefined ? {} : { node: nodeVersion }),
  })
}
