/** Looking for packages by words. */
import { asJsonObject } from '@alkahest/core'
import type { Json } from '@alkahest/core'
import { routes } from '@alkahest/protocol'
import { nonsense } from './connection.ts'
import type { Connection } from './connection.ts'

export type SearchOptions = {
  /** How many; the registry gives 20 when absent. */
  readonly size?: number
  /** After how many. */
  readonly from?: number
  readonly registry?: string
}

export type FoundPackage = {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly keywords: readonly string[]
  /** ISO 8601; undefined when the registry does not say. */
  readonly date: string | undefined
}

export type SearchResult = {
  readonly total: number
  readonly packages: readonly FoundPackage[]
}

export async function search(connection: Connection, text: string, options: SearchOptions): Promise<SearchResult> {
  const purpose = `search for ${JSON.stringify(text)}`
  const path = routes.search({
    text,
    ...(options.size === undefined ? {} : { size: options.size }),
    ...(options.from === undefined ? {} : { from: options.from }),
  })
  const registry = connection.registryOf(undefined, options)
  const value = asJsonObject(await connection.json('GET', path, { purpose, registry }))
  if (!Array.isArray(value?.objects)) throw nonsense(purpose, registry, 'answered no list')
  const packages = value.objects.flatMap((entry: Json) => foundPackage(asJsonObject(entry)?.package) ?? [])
  return { total: typeof value.total === 'number' ? value.total : packages.length, packages }
}

/** Undefined for an entry that names no version. */
function foundPackage(value: unknown): FoundPackage | undefined {
  const { name, version, description, keywords, date } = asJsonObject(value) ?? {}
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return {
    name,
    version,
    description: typeof description === 'string' ? description : '',
    keywords: Array.isArray(keywords) ? keywords.filter((keyword) => typeof keyword === 'string') : [],
    date: typeof date === 'string' ? date : undefined,
  }
}
