/**
 * Overrides: the root manifest says what some dependency asks for, whatever its dependent wrote. npm's, pnpm's and
 * yarn's syntax become one form, a rule; a rule is applied where an edge is made, before anything is solved.
 */
import { asRange, parsePackageName, rangeHas, userError } from '@alkahest/core'
import type { Json, Manifest, Range, Version } from '@alkahest/core'
import semver from 'semver'

export type OverrideRule = {
  /** The dependents that must stand above, outermost first; the last is the immediate one unless `isAnywhere`. */
  readonly path: readonly Selector[]
  /** Whether the path may have gaps: npm's rules apply anywhere below, pnpm's and yarn's to the immediate dependent. */
  readonly isAnywhere: boolean
  readonly target: Selector
  /** What to ask for instead; undefined removes the dependency. */
  readonly value: string | undefined
}

export type Selector = { readonly name: string; readonly range: Range | undefined }

export type Dependent = { readonly name: string | undefined; readonly version: Version | undefined }

/** Reads all three fields of the root's manifest, the most specific rule first, or throws `OVERRIDE_INVALID`. */
export function readOverrides(manifest: Manifest, place: string): readonly OverrideRule[] {
  const rules = [
    ...readNpm(manifest, place),
    ...Object.entries(manifest.overrides.pnpm).map(([key, value]) =>
      readPnpm(key, resolveReference(manifest, value, place), place),
    ),
    ...Object.entries(manifest.overrides.yarn).map(([key, value]) =>
      readYarn(key, resolveReference(manifest, value, place), place),
    ),
  ]
  const rank = (rule: OverrideRule): number => rule.path.length * 2 + (rule.target.range === undefined ? 0 : 1)
  return rules.sort((left, right) => rank(right) - rank(left) || compareText(ruleText(left), ruleText(right)))
}

/** The rule that decides what `dependent` asks for as `alias`, or undefined. `ancestors` end with the dependent itself. */
export function findOverride(
  rules: readonly OverrideRule[],
  edge: { readonly alias: string; readonly specifier: string },
  ancestors: readonly Dependent[],
): OverrideRule | undefined {
  return rules.find(
    (rule) =>
      rule.target.name === edge.alias && selectsSpecifier(rule.target, edge.specifier) && selectsPath(rule, ancestors),
  )
}

/** One line that says what the rule does, for settings and explanations: `a@^1 > b: ^2`. */
export function ruleText(rule: OverrideRule): string {
  const steps = [...rule.path, rule.target].map(({ name, range }) =>
    range === undefined ? name : `${name}@${range.text}`,
  )
  return `${steps.join(rule.isAnywhere ? ' >> ' : ' > ')}: ${rule.value ?? '-'}`
}

function selectsPath(rule: OverrideRule, ancestors: readonly Dependent[]): boolean {
  let depth = ancestors.length - 1
  for (let step = rule.path.length - 1; step >= 0; step--) {
    const selector = rule.path[step]
    if (selector === undefined) return false
    while (rule.isAnywhere && depth >= 0 && !selects(selector, ancestors[depth])) depth--
    if (depth < 0 || !selects(selector, ancestors[depth])) return false
    depth--
  }
  return true
}

/** Whether the selector means this package. */
export function selects(selector: Selector, dependent: Dependent | undefined): boolean {
  if (dependent?.name !== selector.name) return false
  return (
    selector.range === undefined || (dependent.version !== undefined && rangeHas(selector.range, dependent.version))
  )
}

/** npm: a key with a range is for the edges whose own range meets it. */
export function selectsSpecifier(selector: Selector, specifier: string): boolean {
  if (selector.range === undefined) return true
  const asked = asRange(specifier.replace(/^npm:(?:@[^@]*|[^@]*)@/, ''))
  return asked !== undefined && semver.intersects(asked.parsed, selector.range.parsed, { loose: true })
}

function readNpm(manifest: Manifest, place: string): OverrideRule[] {
  const rules: OverrideRule[] = []
  const read = (key: string, value: Json, path: readonly Selector[]): void => {
    const selector = key === '.' ? path.at(-1) : readSelector(key, place)
    if (selector === undefined) throw invalid(key, place)
    if (typeof value === 'string') {
      const above = key === '.' ? path.slice(0, -1) : path
      rules.push({
        path: above,
        isAnywhere: true,
        target: selector,
        value: resolveReference(manifest, value, place) ?? '*',
      })
      return
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(key, place)
    for (const [inner, deeper] of Object.entries(value)) read(inner, deeper, [...path, selector])
  }
  for (const [key, value] of Object.entries(manifest.overrides.npm)) read(key, value, [])
  return rules
}

/** `a`, `a@2`, `b>a`, `b@1>a@2`; the value `-` removes. A `>` of a range follows `@` or a space, never a name. */
function readPnpm(key: string, value: string | undefined, place: string): OverrideRule {
  const steps = key.split(/(?<=[^\s|@])>(?!=)/).map((step) => readSelector(step.trim(), place))
  return ruleOf(steps, value === '-' ? undefined : value, place)
}

/** `a`, `b/a`, a key with `**` in front, `a@npm:^1`, with scopes. */
function readYarn(key: string, value: string | undefined, place: string): OverrideRule {
  const parts = key.replace(/^(?:\*\*\/)+/, '').match(/(?:@[^/]+\/)?[^/]+/g) ?? []
  return ruleOf(
    parts.filter((part) => part !== '**').map((part) => readSelector(part.replace('@npm:', '@'), place)),
    value,
    place,
  )
}

function ruleOf(steps: readonly Selector[], value: string | undefined, place: string): OverrideRule {
  const target = steps.at(-1)
  if (target === undefined) throw invalid('', place)
  return { path: steps.slice(0, -1), isAnywhere: false, target, value }
}

function readSelector(text: string, place: string): Selector {
  const at = text.indexOf('@', 1)
  const name = parsePackageName(at < 0 ? text : text.slice(0, at), `the overrides of ${place}`)
  if (at < 0) return { name, range: undefined }
  const range = asRange(text.slice(at + 1))
  if (range === undefined) throw invalid(text, place)
  return { name, range }
}

/** `$name` is what the root itself asks of that name. */
function resolveReference(manifest: Manifest, value: string, place: string): string | undefined {
  if (value === '-') return value
  if (!value.startsWith('$')) return value === '' ? '*' : value
  const name = value.slice(1)
  const found = manifest.dependencies[name] ?? manifest.devDependencies[name] ?? manifest.optionalDependencies[name]
  if (found === undefined) throw invalid(value, place)
  return found
}

function invalid(text: string, place: string): Error {
  return userError(
    'OVERRIDE_INVALID',
    `the override ${JSON.stringify(text.slice(0, 120))} in ${place} cannot be read`,
    {
      hint: 'write "name", "name@range", or for one dependent "dependent>name"; "$name" repeats a direct dependency',
    },
  )
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}
