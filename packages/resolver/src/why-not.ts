/** `alk why --not NAME@VERSION`: the version is asked for as a fact, and the proof of the contradiction is the answer. */
import type { PackageName, Version } from '@alkahest/core'
import { explainDerivation } from './explain.ts'
import type { Explanation } from './explanation.ts'
import type { PackageSource, ResolveInput, ResolveOutcome } from './resolve-input.ts'
import { resolveOnce } from './resolve.ts'
import { Solver } from './solver.ts'
import { foresee } from './foresight.ts'
import type { Derivation, Fact } from './fact.ts'
import { complement } from './version-set.ts'

export type WhyNotOutcome =
  | Extract<ResolveOutcome, { kind: 'needs' }>
  /** No such version, or nothing asks for the name at all. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** It could be used: nothing stands against it but preference (what is locked, fewer copies). */
  | { readonly kind: 'possible'; readonly reason: string }
  | { readonly kind: 'against'; readonly explanation: Explanation }

export type WhyNotQuestion = { readonly name: PackageName; readonly version: Version }

/** What stands against the version, for each requirement of the name that does not allow it. */
export function whyNot(input: ResolveInput, source: PackageSource, question: WhyNotQuestion): WhyNotOutcome {
  const { name, version } = question
  const fresh: ResolveInput = { ...input, unlock: 'all' }
  const usual = resolveOnce(fresh, source)
  if (usual.kind === 'needs') return usual
  const versions = source.packageVersions(name)
  if (versions === undefined) return { kind: 'needs', names: [name], externals: [] }
  if (versions === 'missing') return { kind: 'unknown', reason: `${name} is not in the registry` }
  if (!versions.versions.includes(version)) return { kind: 'unknown', reason: `${name} has no version ${version}` }
  const solver = new Solver(fresh, source, { opened: new Set() })
  foresee(solver)
  const asked = solver.model.variables.filter(
    (variable) => variable.universe.name === name && variable.member === undefined,
  )
  if (asked.length === 0) return { kind: 'unknown', reason: `nothing depends on ${name}` }
  const lines: string[] = []
  for (const variable of asked) {
    const derivation = contradiction(fresh, source, { key: variable.key, version })
    if (derivation?.kind === 'needs') return derivation
    if (derivation === undefined) return { kind: 'possible', reason: possibleReason(fresh, source, question) }
    lines.push(...explainDerivation(derivation.model, derivation.root, `${name} ${version} is not used there`))
  }
  return { kind: 'against', explanation: { lines: [...new Set(lines)], suggestions: [] } }
}

type Proof = { readonly kind: 'proof'; readonly model: Solver['model']; readonly root: Derivation }

/** Insists on the version for one variable; undefined when that can be solved without giving up a peer. */
function contradiction(
  input: ResolveInput,
  source: PackageSource,
  wanted: { readonly key: string; readonly version: Version },
): Proof | Extract<ResolveOutcome, { kind: 'needs' }> | undefined {
  const solver = new Solver(input, source, { opened: new Set(), mayGiveUp: new Set() })
  foresee(solver)
  const variable = solver.model.variables.find((one) => one.key === wanted.key)
  if (variable === undefined) return undefined
  const text = `${variable.universe.name} ${wanted.version} is wanted`
  const cause: Fact = { kind: 'given', variable: variable.id, text }
  const set = complement(variable.universe.setOfVersions([wanted.version]))
  solver.engine.add({ terms: [{ variable: variable.id, set }], cause: { kind: 'fact', fact: cause }, assumes: [] })
  const result = solver.solve()
  const { model } = solver
  if (solver.isUnsure()) {
    return { kind: 'needs', names: [...model.neededNames].sort(), externals: [...model.neededExternals.values()] }
  }
  return result.kind === 'failed' ? { kind: 'proof', model, root: result.derivation } : undefined
}

function possibleReason(input: ResolveInput, source: PackageSource, { name, version }: WhyNotQuestion): string {
  const usual = resolveOnce(input, source)
  const chosen = usual.kind === 'resolved' ? usual.resolution.packages.filter((one) => one.name === name) : []
  if (chosen.some((one) => one.version === version)) return `${name} ${version} is what a fresh resolution chooses`
  const others = chosen.map((one) => one.version).join(' and ')
  return `nothing forbids ${name} ${version}; a fresh resolution prefers ${others === '' ? 'to do without it' : others}`
}
