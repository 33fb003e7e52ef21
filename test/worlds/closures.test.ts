/**
 * The law of closures: with them comes the same lockfile, byte for byte, and the same words, as without. Generated worlds and
 * those of real life are resolved from packuments alone and through the closures that the registry makes of them, read by
 * the client's own parser; anew, with an age, for a Node, and on top of a lockfile.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Candidate, JsonObject, PackageName, PackageVersions, Version } from '../../packages/core/src/index.ts'
import { parseJson } from '../../packages/core/src/index.ts'
import { formatLockfile } from '../../packages/lockfile/src/index.ts'
import { createLoadingSource } from '../../packages/ops/src/package-source.ts'
import { settled } from '../../packages/ops/src/resolution-source.ts'
import { parsePackument, tarballAddress } from '../../packages/protocol/src/index.ts'
import type { RegistryClient } from '../../packages/registry-client/src/index.ts'
import type { ClosureCache } from '../../packages/registry-client/src/closure-cache.ts'
import { Closures as ClientClosures } from '../../packages/registry-client/src/closures.ts'
import type { Connection } from '../../packages/registry-client/src/connection.ts'
import { failureError, resolve, Trials, wantedMembers } from '../../packages/resolver/src/index.ts'
import type { ResolveInput } from '../../packages/resolver/src/index.ts'
import { inputOf, parseWorld } from '../../packages/resolver/test/world.ts'
import type { World } from '../../packages/resolver/test/world.ts'
import { Closures, readRequirements } from '../../apps/registry/src/services/closures.ts'
import type { Packuments } from '../../apps/registry/src/services/packuments.ts'
import { afterAll, describe, expect, it } from 'vitest'

/** The everyday suite looks at so many worlds; ALKAHEST_WORLDS asks for more. */
const WORLDS = Number(process.env.ALKAHEST_WORLDS ?? 60)

const REGISTRY = 'http://registry.example/'
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const VERSIONS = ['0.9.0', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.1.0', '2.0.0', '2.1.0', '3.0.0-beta.1']
const RANGES = ['*', '^1', '^2', '~1.0.0', '1.1.0', '>=1', '^1 || ^2', '^9', 'latest', 'next', '1.0.0-rc.1', '<=1.0.1']

const seen = { worlds: 0, failed: 0, conflicts: 0, heldBack: 0, whole: 0, alone: 0 }
afterAll(() => process.stdout.write(`closures: ${JSON.stringify(seen)}\n`))

describe('with closures and without the result is the same', () => {
  it.each(Array.from({ length: WORLDS / 20 }, (_, index) => index * 20))('in the worlds from %i', async (first) => {
    for (let seed = first; seed < first + 20; seed++) await compare(generatedWorld(sequence(seed + 1)))
    expect(seen.worlds).toBeGreaterThan(first)
  })

  const folder = path.join(import.meta.dirname, 'peers')
  const files = readdirSync(folder).filter((file) => file.endsWith('.world'))
  it.each(files)('in %s', async (file) => {
    const before = seen.worlds
    await compare(readFileSync(path.join(folder, file), 'utf8'))
    expect(seen.worlds).toBeGreaterThan(before)
  })

  it('and the worlds were of every kind', () => {
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
  })
})

async function compare(text: string): Promise<void> {
  const world = parseWorld(text)
  const base = inputOf(world, { peers: 'warn' })
  const inputs: Partial<ResolveInput>[] = [
    {},
    { cutoff: 50 },
    { nodeVersion: '18.0.0', peers: 'error' },
    { single: true },
  ]
  for (const options of inputs) await compareInput(text, world, { ...base, ...options })
  const [root] = world.members
  const [, ...dependencies] = Object.entries(root?.manifest.dependencies ?? {})
  if (root === undefined || dependencies.length === 0) return
  const before = {
    ...base,
    members: [{ ...root, manifest: { ...root.manifest, dependencies: Object.fromEntries(dependencies) } }],
  }
  const locked = await outcomeOf(world, before, false)
  if (locked.kind === 'resolved')
    await compareInput(text, world, { ...base, locked: locked.resolution, lockedSettings: locked.settings })
}

async function compareInput(text: string, world: World, input: ResolveInput): Promise<void> {
  const without = await outcomeOf(world, input, false)
  const together = await outcomeOf(world, input, true)
  expect(together.told, text).toEqual(without.told)
  seen.worlds++
  if (without.kind === 'failed') seen.failed++
  if (without.kind === 'resolved' && without.told.includes('conflict ')) seen.conflicts++
  if (without.told.includes('"heldBack":[{')) seen.heldBack++
  if (together.documents > 0) seen.whole++
  else seen.alone++
}

type Outcome = {
  readonly kind: 'resolved' | 'failed'
  /** Everything that a person or a file is told. */
  readonly told: string
  /** Packuments that were asked for. */
  readonly documents: number
  readonly resolution?: ResolveInput['locked']
  readonly settings?: Readonly<Record<string, string>>
}

async function outcomeOf(world: World, input: ResolveInput, withClosures: boolean): Promise<Outcome> {
  const documents = documentsOf(world)
  const client = clientOf(documents)
  const source = createLoadingSource({
    client,
    locked: [],
    lockedGit: () => undefined,
    offline: false,
    root: '/',
    cutoff: input.cutoff,
    context: { progress: () => undefined } as never,
    ...(withClosures ? { closures: { members: wantedMembers(input), nodeVersion: input.nodeVersion } } : {}),
  })
  let trials = new Trials()
  const outcome = await settled(
    source,
    () => resolve(input, source, trials),
    () => void (trials = new Trials()),
  )
  if (outcome.kind === 'failed') {
    const { code, message, hint } = failureError(outcome.failure)
    return { kind: 'failed', told: JSON.stringify({ code, message, hint }), documents: client.asked.length }
  }
  const { resolution, settings, heldBack, peerConflicts, deprecated } = outcome
  const told = `${formatLockfile({ resolution, settings })}\n${JSON.stringify({ heldBack, peerConflicts, deprecated })}`
  return { kind: 'resolved', told, documents: client.asked.length, resolution, settings }
}

/** What the registry serves, in the form that it serves. */
function documentsOf({ packages, local }: World): ReadonlyMap<string, JsonObject> {
  return new Map(
    [...packages].map(([name, entries]) => {
      const tags: Record<string, string> = {}
      const releases = entries.map(({ candidate }) => candidate.version).filter((version) => !version.includes('-'))
      tags.latest =
        releases.toSorted((left, right) => left.localeCompare(right)).at(-1) ?? entries[0]!.candidate.version
      for (const { candidate, tags: named } of entries) for (const tag of named) tags[tag] = candidate.version
      const times = entries.flatMap(({ candidate, at }) =>
        at === undefined ? [] : [[candidate.version, new Date(at).toISOString()]],
      )
      const document = {
        name,
        'dist-tags': tags,
        time: Object.fromEntries(times),
        versions: Object.fromEntries(entries.map(({ candidate }) => [candidate.version, manifestOf(candidate)])),
        ...(local.has(name) ? { _alkahest: { local: true } } : {}),
      }
      return [name, parseJson(JSON.stringify(document), name) as JsonObject]
    }),
  )
}

function manifestOf(candidate: Candidate): object {
  const { dependencies, optionalDependencies, peerDependencies, optionalPeers, bundled, engines, deprecated, version } =
    candidate
  return {
    dependencies,
    optionalDependencies,
    peerDependencies,
    peerDependenciesMeta: Object.fromEntries(optionalPeers.map((peer) => [peer, { optional: true }])),
    bundleDependencies: bundled,
    engines,
    ...(deprecated === undefined ? {} : { deprecated }),
    dist: { tarball: tarballAddress(REGISTRY, candidate.name, version), shasum: 'a'.repeat(40) },
  }
}

/** The client's half and the registry's, with nothing but the bytes between them. */
function clientOf(documents: ReadonlyMap<string, JsonObject>): RegistryClient & { readonly asked: readonly string[] } {
  const asked: string[] = []
  const registry = new Closures({ packuments: packumentsOf(documents), baseUrl: () => REGISTRY })
  const ask = async (_method: string, _path: string, { body }: { readonly body: JsonObject }): Promise<object> => {
    const { publishedBefore, node, requirements } = body
    let text = ''
    for await (const line of registry.lines({
      requirements: readRequirements(requirements),
      publishedBefore: typeof publishedBefore === 'string' ? Date.parse(publishedBefore) : undefined,
      node: typeof node === 'string' ? node : undefined,
      restricted: false,
    })) {
      text += line
    }
    return { status: 200, headers: {}, body: Buffer.from(text) }
  }
  const connection = { registryOf: () => REGISTRY, offline: false, ask } as unknown as Connection
  const cache = {
    isOffered: () => true,
    read: async () => undefined,
    write: async () => undefined,
  } as unknown as ClosureCache
  const closures = new ClientClosures({ connection, cache, preferOffline: false, now: () => 0 })
  return {
    asked,
    mayHaveClosure: () => true,
    closure: (
      requirements: Parameters<RegistryClient['closure']>[0],
      options: Parameters<RegistryClient['closure']>[1],
    ) =>
      closures.closure(requirements, options).then((found) => {
        expect(found.notes).toEqual([])
        return found
      }),
    packageVersions: async (name: PackageName): Promise<PackageVersions | 'missing'> => {
      asked.push(name)
      const document = documents.get(name)
      return document === undefined ? 'missing' : parsePackument(document, { place: name })
    },
  } as unknown as RegistryClient & { readonly asked: readonly string[] }
}

function packumentsOf(documents: ReadonlyMap<string, JsonObject>): Packuments {
  const versions: Packuments['versions'] = async (name) => {
    const document = documents.get(name)
    if (document === undefined) return undefined
    const known = parsePackument(document, { place: name })
    const manifests = document.versions as JsonObject
    const times = known.versions.map((version): [Version, number | undefined] => [version, known.publishedAt(version)])
    return {
      key: name,
      restricted: false,
      local: known.local,
      listing: async () => ({ distTags: known.distTags, versions: new Map(times) }),
      manifest: async (key) => JSON.stringify(manifests[key]),
    }
  }
  return { versions } as Packuments
}

type Random = (below: number) => number

/** Names, versions, requirements and everything that makes a solver look twice. */
function generatedWorld(random: Random): string {
  const one = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item
  const asked = (self: string): string => {
    const kind = one(['', '', '', 'optional ', 'peer ', 'peer? '])
    const name = one([...NAMES, ...NAMES, 'gone'].filter((each) => each !== self))
    return `${kind}${name} ${one(RANGES)}`
  }
  const lines = NAMES.flatMap((name) => {
    const facts = (): string[] => [
      ...Array.from({ length: random(3) }, () => asked(name)),
      ...(random(6) === 0 ? ['deprecated'] : []),
      ...(random(5) === 0 ? [`engine ${one(['>=16', '>=20', 'any old text'])}`] : []),
      ...(random(2) === 0 ? [`at ${random(100)}`] : []),
      ...(random(8) === 0 ? ['tag next'] : []),
      ...(random(12) === 0 ? ['local'] : []),
    ]
    return VERSIONS.filter(() => random(3) > 0).map((version) => `${name} ${version}: ${facts().join(', ')}`)
  })
  const root = [...new Set([one(NAMES), one(NAMES), one(NAMES)])].map((name) => `${name} ${one(RANGES.slice(0, 7))}`)
  return [...lines, `root: ${root.join(', ')}`].join('\n')
}

/** The same numbers every day. */
function sequence(seed: number): Random {
  let state = seed * 2_654_435_769
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
