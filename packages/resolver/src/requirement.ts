/** What one manifest asks for, read: alias, specifier after catalogs and overrides, and who asks. */
import { parseSpecifier, UserError, userError } from '@alkahest/core'
import type { Candidate, EdgeKind, PackageName, Specifier, Version } from '@alkahest/core'
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
        const { specifier, catalog } = throughCatalog(alias, rule?.value ?? written, catalogs, place)
        const parsed = parseSpecifier(alias, specifier, place)
        return [{ from: { kind: 'member', path } as const, alias, kind, specifier, written, catalog, parsed }]
      }),
    )
    .sort((left, right) => (left.alias < right.alias ? -1 : Number(left.alias > right.alias)))
}

/** The requirements of a published version, sorted by alias: without bundled names, which the tarball carries itself. */
export function candidateRequirements(candidate: Candidate, rules: readonly OverrideRule[]): readonly Requirement[] {
  const from = { kind: 'package', name: candidate.name, version: candidate.version } as const
  const place = `${candidate.name}@${candidate.version}`
  const requirements: Requirement[] = []
  const read = (kind: 'dependency' | 'optional', alias: string, written: string): void => {
    if (candidate.bundled.includes(alias)) return
    const rule = rules.length === 0 ? undefined : findOverride(rules, { alias, specifier: written }, [candidate])
    if (rule !== undefined && rule.value === undefined) return
    const specifier = rule?.value ?? written
    requirements.push({ from, alias, kind, specifier, written, catalog: undefined, parsed: readGently(alias, specifier, place) })
  }
  for (const [alias, written] of Object.entries(candidate.dependencies)) {
    if (!(alias in candidate.optionalDependencies)) read('dependency', alias, written)
  }
  for (const [alias, written] of Object.entries(candidate.optionalDependencies)) read('optional', alias, written)
  return requirements.sort((left, right) => (left.alias < right.alias ? -1 : Number(left.alias > right.alias)))
}

/** `package.json`, `packages/a/package.json`: how explanations name a member's manifest. */
export function manifestPlace(path: string): string {
  return path === '.' ? 'package.json' : `${path}/package.json`
}

function throughCatalog(
  alias: string,
  written: string,
  catalogs: ResolveInput['catalogs'],
  place: string,
): { specifier: string; catalog: string | undefined } {
  const name = /^catalog:(.*)$/.exec(written.trim())?.[1]
  if (name === undefined) return { specifier: written, catalog: undefined }
  const catalog = name.trim() === '' ? 'default' : name.trim()
  const specifier = catalogs[catalog]?.[alias]
  if (specifier === undefined) {
    throw userError('CATALOG_ENTRY_NOT_FOUND', `${place} asks for ${alias} from the catalog ${catalog}, which has no such entry`, {
      hint: `add ${alias} to the catalog ${catalog} in pnpm-workspace.yaml, or write a range instead`,
    })
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
