/**
 * `alk why --not NAME@VERSION`: where the lockfile uses the name, the version is asked for as a fact, and the proof of the
 * contradiction is the answer. It starts from the lockfile, so what no proof touches is never read.
 */
import { memberPathOf } from '@alkahest/core'
import type { PackageId, PackageName, Version } from '@alkahest/core'
import { explainDerivation } from './explain.ts'
import { EXPLANATION_LINES_MAX } from './explanation.ts'
import type { Explanation } from './explanation.ts'
import type { Derivation, Fact } from './fact.ts'
import { foresee } from './foresight.ts'
import { holdersOf } from './holders.ts'
import { manifestPlace } from './requirement.ts'
import type { PackageSource, ResolveInput, ResolveOutcome } from './resolve-input.ts'
import { resolveOnce } from './resolve.ts'
import { Solver } from './solver.ts'
import type { Universe } from './universe.ts'
import { complement, has } from './version-set.ts'
import { SOLVE_STEPS_MAX, Work } from './work.ts'
import { explainWhy } from './why.ts'

export type WhyNotOutcome =
  | Extract<ResolveOutcome, { kind: 'needs' }>
  /** No such version, or nothing asks for the name at all. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** It could be used: nothing stands against it but preference (what is locked, fewer copies). */
  | { readonly kind: 'possible'; readonly reason: string }
  | { readonly kind: 'against'; readonly explanation: Explanation }

export type WhyNotQuestion = { readonly name: PackageName; readonly version: Version }

/** What stands against the version, for each requirement of the name. `input.locked` is what is asked about. */
export function whyNot(input: ResolveInput, source: PackageSource, question: WhyNotQuestion): WhyNotOutcome {
  const { name, version } = question
  const versions = source.packageVersions(name)
  if (versions === undefined) return { kind: 'needs', names: [name], externals: [], likely: [] }
  if (versions === 'missing') return { kind: 'unknown', reason: `${name} is not in the registry` }
  if (!versions.versions.includes(version)) return { kind: 'unknown', reason: `${name} has no version ${version}` }
  const unlocked: ResolveInput = { ...input, unlock: [name] }
  const places = placesOf(unlocked, source, question)
  if ('kind' in places) return places
  const narrow = narrowLines(input, question)
  if (places.allowing.length === 0 && narrow.length === 0 && places.young === undefined) {
    return { kind: 'unknown', reason: `nothing depends on ${name}` }
  }
  const lines: string[] = places.young === undefined ? [...narrow] : [...narrow, places.young]
  for (const key of places.allowing) {
    const derivation = contradiction(unlocked, source, { key, version })
    if (derivation?.kind === 'needs') return derivation
    if (derivation === undefined) continue
    lines.push(...explainDerivation(derivation.model, derivation.root, `${name} ${version} cannot be used`))
  }
  if (lines.length > 0) {
    const shown = [...new Set(lines)]
    const rest = shown.length - EXPLANATION_LINES_MAX
    const cut = rest <= 0 ? shown : [...shown.slice(0, EXPLANATION_LINES_MAX - 1), `And ${rest + 1} more.`]
    return { kind: 'against', explanation: { lines: cut, suggestions: [] } }
  }
  return possible(unlocked, source, question)
}

type Places = { readonly allowing: readonly string[]; readonly young: string | undefined }

/** The requirements of the name whose ranges allow the version. */
function placesOf(
  input: ResolveInput,
  source: PackageSource,
  { name, version }: WhyNotQuestion,
): Places | Extract<ResolveOutcome, { kind: 'needs' }> {
  const { model } = foreseen(input, source, new Set())
  const needs = needsOf(model)
  if (needs !== undefined) return needs
  const asked = model.variables.filter(({ universe, member }) => universe.name === name && member === undefined)
  const at = (universe: Universe): number => universe.indexOf(version) ?? universe.size - 1
  const allowing = asked.filter(({ universe, allowed }) => has(allowed, at(universe)))
  const isYoung = asked.some((variable) => {
    const range = model.rangeOf(variable)
    return !allowing.includes(variable) && range !== undefined && has(range, at(variable.universe))
  })
  return {
    allowing: allowing.map(({ key }) => key),
    young: isYoung ? `${name} ${version} is younger than minimumReleaseAge allows.` : undefined,
  }
}

/** `package.json asks for react ^18, which does not allow 19.0.0.`, for each range that alone excludes the version. */
function narrowLines({ locked }: ResolveInput, { name, version }: WhyNotQuestion): readonly string[] {
  if (locked === undefined) return []
  const asking = explainWhy(locked, name)
    .versions.flatMap(({ id }) => locked.packages.filter((one) => one.id === id))
    .flatMap((one) => holdersOf(locked, one, version))
    .filter(({ kind }) => kind !== 'peer')
  return asking.map(
    ({ from, alias, specifier }) => `${placeOf(from)} asks for ${alias} ${specifier}, which does not allow ${version}.`,
  )
}

function placeOf(id: PackageId): string {
  const path = memberPathOf(id)
  return path === undefined ? id : manifestPlace(path)
}

type Proof = { readonly kind: 'proof'; readonly model: Solver['model']; readonly root: Derivation }

/** Insists on the version for one variable; undefined when that can be solved without giving up another peer. */
function contradiction(
  input: ResolveInput,
  source: PackageSource,
  wanted: { readonly key: string; readonly version: Version },
): Proof | Extract<ResolveOutcome, { kind: 'needs' }> | undefined {
  const opened = new Set<string>()
  for (;;) {
    const solver = foreseen(input, source, opened)
    const { model } = solver
    const variable = model.variables.find((one) => one.key === wanted.key)
    if (variable === undefined) return needsOf(model)
    const text = `${variable.universe.name} ${wanted.version} is wanted`
    const cause: Fact = { kind: 'given', variable: variable.id, text }
    const set = complement(variable.universe.setOfVersions([wanted.version]))
    solver.engine.add({ terms: [{ variable: variable.id, set }], cause: { kind: 'fact', fact: cause }, assumes: [] })
    const result = solver.solve()
    if (result.kind === 'exhausted') throw new Work(SOLVE_STEPS_MAX).limitError()
    const needs = needsOf(model)
    if (needs !== undefined) return needs
    if (model.isReopened) continue
    return result.kind === 'failed' ? { kind: 'proof', model, root: result.derivation } : undefined
  }
}

function foreseen(input: ResolveInput, source: PackageSource, opened: Set<string>): Solver {
  const solver = new Solver(input, source, { opened, mayGiveUp: new Set() })
  foresee(solver)
  return solver
}

function needsOf({
  neededNames,
  neededExternals,
}: Solver['model']): Extract<ResolveOutcome, { kind: 'needs' }> | undefined {
  if (neededNames.size === 0 && neededExternals.size === 0) return undefined
  return { kind: 'needs', names: [...neededNames].sort(), externals: [...neededExternals.values()], likely: [] }
}

function possible(input: ResolveInput, source: PackageSource, { name, version }: WhyNotQuestion): WhyNotOutcome {
  if (input.locked?.packages.some((one) => one.name === name && one.version === version) === true) {
    return { kind: 'possible', reason: `${name} ${version} is what the lockfile has` }
  }
  const work = new Work(SOLVE_STEPS_MAX)
  const usual = resolveOnce(input, source, { work, improving: work })
  if (usual.kind === 'exhausted') throw work.limitError()
  if (usual.kind === 'needs') return usual
  const chosen = usual.kind === 'resolved' ? usual.resolution.packages.filter((one) => one.name === name) : []
  if (chosen.some((one) => one.version === version)) {
    return { kind: 'possible', reason: `nothing stands against ${name} ${version}: \`alk update ${name}\` takes it` }
  }
  const others = chosen.map((one) => one.version).join(' and ')
  const preferred = others === '' ? 'to do without it' : others
  return { kind: 'possible', reason: `nothing stands against ${name} ${version}, but an update prefers ${preferred}` }
}
