/** `metadata.config` -> what a package says of itself. Requirements come in two forms: Mix writes a list of lists, rebar3 a list of pairs. */
import type { ErlangTerm } from './erlang-terms.ts'
import { parseErlangTerms } from './erlang-terms.ts'
import { HexFormatError } from './format-error.ts'
import { isHexRequirement, isHexVersion } from './hex-version.ts'

/** Hex's own rule for names. */
const NAME = /^[a-z][a-z0-9_]{1,254}$/
const REQUIREMENT_COUNT_MAX = 1000
const TEXT_COUNT_MAX = 10_000

/** Any version: what a requirement without one means. */
const ANY_VERSION = '>= 0.0.0'

export type HexMetadata = {
  readonly name: string
  readonly version: string
  /** The OTP application, which a dependency is known by. */
  readonly app: string
  readonly description: string
  readonly buildTools: readonly string[]
  /** The requirement on Elixir itself. */
  readonly elixir: string | undefined
  readonly licenses: readonly string[]
  readonly links: Readonly<Record<string, string>>
  readonly maintainers: readonly string[]
  readonly requirements: readonly HexRequirement[]
}

export type HexRequirement = {
  readonly name: string
  readonly app: string
  readonly optional: boolean
  readonly requirement: string
  readonly repository: string | undefined
}

export function isHexName(text: string): boolean {
  return NAME.test(text)
}

/** Throws {@link HexFormatError}, naming the key. */
export function parseHexMetadata(bytes: Uint8Array, place: string): HexMetadata {
  const fields = new Fields(asPairs(parseErlangTerms(bytes, place)), place)
  const name = fields.requireText('name')
  const version = fields.requireText('version')
  if (!isHexName(name)) throw fields.fail('name', `${show(name)} is not a name (letters a to z, digits, underscores)`)
  if (!isHexVersion(version)) throw fields.fail('version', `${show(version)} is not a version`)
  return {
    name,
    version,
    app: fields.text('app') ?? name,
    description: fields.text('description') ?? '',
    buildTools: fields.texts('build_tools'),
    elixir: fields.text('elixir'),
    licenses: fields.texts('licenses'),
    links: fields.links(),
    maintainers: fields.texts('maintainers'),
    requirements: fields.requirements(),
  }
}

type Pairs = ReadonlyMap<string, ErlangTerm>

/** One level of keys and values; undefined when the term is none. */
function pairsOf(terms: readonly ErlangTerm[]): Pairs | undefined {
  const pairs = new Map<string, ErlangTerm>()
  for (const term of terms) {
    if (typeof term !== 'object' || !('tuple' in term)) return undefined
    const [key, value, more] = term.tuple
    if (typeof key !== 'string' || value === undefined || more !== undefined) return undefined
    pairs.set(key, value)
  }
  return pairs
}

function asPairs(terms: readonly ErlangTerm[]): Pairs {
  return pairsOf(terms) ?? new Map()
}

function isList(term: ErlangTerm | undefined): term is readonly ErlangTerm[] {
  return Array.isArray(term)
}

/** Nothing, in any of the ways in which tools wrote it. */
function isNothing(term: ErlangTerm | undefined): boolean {
  return (
    term === undefined ||
    (typeof term === 'object' && 'atom' in term && ['nil', 'undefined', 'null'].includes(term.atom))
  )
}

class Fields {
  readonly #pairs: Pairs
  readonly #place: string

  constructor(pairs: Pairs, place: string) {
    this.#pairs = pairs
    this.#place = place
  }

  requireText(key: string): string {
    const value = this.text(key)
    if (value === undefined || value === '') throw this.fail(key, 'it is missing')
    return value
  }

  text(key: string): string | undefined {
    const value = this.#pairs.get(key)
    if (isNothing(value)) return undefined
    if (typeof value !== 'string') throw this.fail(key, 'it is not a text')
    return value
  }

  texts(key: string): readonly string[] {
    const value = this.#pairs.get(key)
    if (isNothing(value)) return []
    if (!isList(value) || value.length > TEXT_COUNT_MAX || value.some((entry) => typeof entry !== 'string'))
      throw this.fail(key, 'it is not a list of texts')
    return value as readonly string[]
  }

  /** Only addresses of the web: they are shown as links. */
  links(): Readonly<Record<string, string>> {
    const value = this.#pairs.get('links')
    if (isNothing(value)) return {}
    const pairs = isList(value) ? pairsOf(value) : undefined
    if (pairs === undefined) throw this.fail('links', 'it is not a list of names and addresses')
    const links = [...pairs].map(([name, url]): [string, string] => {
      if (typeof url !== 'string' || !/^https?:\/\//.test(url))
        throw this.fail('links', `${show(name)} is no web address`)
      return [name, url]
    })
    return Object.fromEntries(links.filter(([name]) => name !== '__proto__'))
  }

  requirements(): readonly HexRequirement[] {
    const value = this.#pairs.get('requirements')
    if (isNothing(value)) return []
    if (!isList(value) || value.length > REQUIREMENT_COUNT_MAX) throw this.fail('requirements', 'it is not a list')
    const found = value.map((entry) => this.#requirement(entry))
    const twice = found.find(({ name }, index) => found.findIndex((other) => other.name === name) !== index)
    if (twice !== undefined) throw this.fail('requirements', `${twice.name} occurs twice`)
    return found
  }

  #requirement(entry: ErlangTerm): HexRequirement {
    const { name, pairs } = this.#requirementParts(entry)
    const facts = new Fields(pairs, this.#place)
    if (!isHexName(name)) throw this.fail('requirements', `${show(name)} is not a package's name`)
    const requirement = facts.text('requirement') ?? ANY_VERSION
    if (!isHexRequirement(requirement))
      throw this.fail('requirements', `${name} is required as ${show(requirement)}, which is not a requirement`)
    return {
      name,
      app: facts.text('app') ?? name,
      optional: isTrue(pairs.get('optional')),
      requirement,
      repository: facts.text('repository'),
    }
  }

  /** `{<<"foo">>, [...]}` or `[{<<"name">>, <<"foo">>}, ...]`; older tools wrote `{<<"foo">>, <<"~> 1.0">>}`. */
  #requirementParts(entry: ErlangTerm): { readonly name: string; readonly pairs: Pairs } {
    const [name, value] = typeof entry === 'object' && 'tuple' in entry ? entry.tuple : []
    if (typeof name === 'string' && typeof value === 'string') return { name, pairs: new Map([['requirement', value]]) }
    const list = typeof name === 'string' ? value : entry
    const pairs = isList(list) ? pairsOf(list) : undefined
    if (pairs === undefined) throw this.fail('requirements', 'an entry is neither a pair nor a list of pairs')
    const found = typeof name === 'string' ? name : pairs.get('name')
    if (typeof found !== 'string') throw this.fail('requirements', 'an entry has no name')
    return { name: found, pairs }
  }

  fail(key: string, reason: string): Error {
    return new HexFormatError(key, `${key} in ${this.#place}: ${reason}`)
  }
}

function isTrue(term: ErlangTerm | undefined): boolean {
  return typeof term === 'object' && 'atom' in term && term.atom === 'true'
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}
