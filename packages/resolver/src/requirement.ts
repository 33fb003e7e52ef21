/** What one manifest asks for, read: alias, specifier after catalogs and overrides, and who asks. */
import { isPackageName, parseSpecifier, UserError, userError } from '@alkahest/core'
import type { Candidate, EdgeKind, PackageName, PeerRequirement, Specifier, Version } from '@alkahest/core'
import type { InputMember, ResolveInput } from './resolve-input.ts'
import { findOverride } from './overrides.ts'
import type { OverrideRule } from './overrides.ts'

export type Dependant =
  | { readonly kind: 'member'; readonly path: string }
  | { readonly kind: 'package'; readonly name: PackageName; readonly version: Version }

export type Requirement = {
  readonly from: Dependant
  readonly alias: string
  readonly kind: EdgeKind
  /** What is asked, after catalogs and overrides; explanations and the lockfile show it. */
  readonly specifier: string
  /** What stands in the manifest. */
  readonly written: string
  /** The catalog it came through. */
  readonly catalog: string | undefined
  /** Undefined when it cannot be read, which only published manifests are allowed. */
  readonly parsed: Specifier | undefined
}

/** The requirements of a member, sorted by alias. Throws `SPECIFIER_INVALID`, `CATALOG_ENTRY_NOT_FOUND`. */
export function memberRequirements(
  member: InputMember,
  catalogs: ResolveInput['catalogs'],
  rules: readonly OverrideRule[],
): readonly Requirement[] {
  const { manifest, path } = member
  const groups = [
    ['dependency', manifest.dependencies],
    ['development', manifest.devDependencies],
    ['optional', manifest.optionalDependencies],
  ] as const
  const place = manifestPlace(path)
  const dependents = [{ name: manifest.name, version: manifest.version }]
  return groups
    .flatMap(([kind, map]) =>
      Object.entries(map).flatMap(([alias, written]) => {
        const rule = findOverride(rules, { alias, specifier: written }, dependents)
        if (rule !== undefined && rule.value === undefined) return []
        const { specifier, catalog } = throughCatalog({ alias, written: rule?.value ?? written, place }, catalogs)
        const parsed = parseSpecifier(alias, specifier, place)
        return [{ from: { kind: 'member', path } as const, alias, kind, specifier, written, catalog, parsed }]
      }),
    )
    .sort((left, right) => (left.alias < right.alias ? -1 : Number(left.alias > right.alias)))
}

const requirementsOf = new WeakMap<Candidate, readonly Requirement[]>()

/**
 * The requirements of a published version, sorted by alias: without bundled names, which the tarball carries itself.
 * They never change, so without overrides they are read once for all resolutions.
 */
export function candidateRequirements(candidate: Candidate, rules: readonly OverrideRule[]): readonly Requirement[] {
  if (rules.length > 0) return readRequirements(candidate, rules)
  let known = requirementsOf.get(candidate)
  if (known === undefined) requirementsOf.set(candidate, (known = readRequirements(candidate, rules)))
  return known
}

function readRequirements(candidate: Candidate, rules: readonly OverrideRule[]): readonly Requirement[] {
  const from = { kind: 'package', name: candidate.name, version: candidate.version } as const
  const place = `${candidate.name}@${candidate.version}`
  const requirements: Requirement[] = []
  const read = (kind: 'dependency' | 'optional', alias: string, written: string): void => {
    // A name that no folder may have cannot be installed: npm fails there, and an optional one is left out.
    if (candidate.bundled.includes(alias) || (kind === 'optional' && !isPackageName(alias))) return
    const rule = rules.length === 0 ? undefined : findOverride(rules, { alias, specifier: written }, [candidate])
    if (rule !== undefined && rule.value === undefined) return
    const specifier = rule?.value ?? written
    requirements.push({
      from,
      alias,
      kind,
      specifier,
      written,
      catalog: undefined,
      parsed: readGently(alias, specifier, place),
    })
  }
  for (const [alias, written] of Object.entries(candidate.dependencies)) {
    if (!(alias in candidate.optionalDependencies)) read('dependency', alias, written)
  }
  for (const [alias, written] of Object.entries(candidate.optionalDependencies)) read('optional', alias, written)
  return requirements.sort((left, right) => (left.alias < right.alias ? -1 : Number(left.alias > right.alias)))
}

/** What stands for a peer that was added for a member: it may be anything, the ranges are facts of their own. */
export function addedPeer(path: string, alias: string): Requirement {
  return {
    from: { kind: 'member', path },
    alias,
    kind: 'peer',
    specifier: '*',
    written: '*',
    catalog: undefined,
    parsed: undefined,
  }
}

/** `package.json`, `packages/a/package.json`: how explanations name a member's manifest. */
export function manifestPlace(path: string): string {
  return path === '.' ? 'package.json' : `${path}/package.json`
}

/** Peers as requirements, sorted by name; a name that is also a dependency is that dependency (npm's rule). */
export function peersOf(manifest: {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly optionalPeers: readonly string[]
}): readonly PeerRequirement[] {
  const names = Object.keys(manifest.peerDependencies)
  if (names.length === 0) return []
  return names
    .filter(
      (name) => !(name in manifest.dependencies) && !(name in manifest.optionalDependencies) && isPackageName(name),
    )
    .sort()
    .map((name) => ({
      name,
      range: manifest.peerDependencies[name] ?? '*',
      optional: manifest.optionalPeers.includes(name),
    }))
}

function throughCatalog(
  { alias, written, place }: { readonly alias: string; readonly written: string; readonly place: string },
  catalogs: ResolveInput['catalogs'],
): { specifier: string; catalog: string | undefined } {
  const name = /^catalog:(.*)$/.exec(written.trim())?.[1]
  if (name === undefined) return { specifier: written, catalog: undefined }
  const catalog = name.trim() === '' ? 'default' : name.trim()
  const specifier = catalogs[catalog]?.[alias]
  if (specifier === undefined) {
    throw userError(
      'CATALOG_ENTRY_NOT_FOUND',
      `${place} asks for ${alias} from the catalog ${catalog}, which has no such entry`,
      {
        hint: `add ${alias} to the catalog ${catalog} in pnpm-workspace.yaml, or write a range instead`,
      },
    )
  }
  return { specifier, catalog }
}

function readGently(alias: string, specifier: string, place: string): Specifier | undefined {
  try {
    return parseSpecifier(alias, specifier, place)
  } catch (error) {
    if (error instanceof UserError) return undefined // published for ever: the dependency cannot be met, which is a fact
    throw error
  }
}
