/**
 * Package universes as text, one line for each version:
 *
 *     a 1.0.0: b ^1 c ~2 peer:react@^18 optional:x@1 bin:tool
 *     @s/b 1.2.0: alias npm:c@^2 os:linux script:postinstall deprecated:too-old
 *
 * After the colon stand pairs of a dependency's name and its range, and words of the form `kind:value` in any order. Empty lines and lines that
 * begin with `#` are passed over.
 */

export type UniverseFile = { readonly path: string; readonly text: string; readonly executable?: boolean }

export type UniversePackage = {
  readonly manifest: Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string }
  readonly files: readonly UniverseFile[]
  /** Dist-tags; `latest` when the line names none. */
  readonly tags: readonly string[]
  /** The message of a deprecation that follows the publish. */
  readonly deprecated: string | undefined
  /** When it is published, in milliseconds since 1970; undefined: now. */
  readonly publishedAt: number | undefined
}

type Draft = {
  readonly name: string
  readonly version: string
  readonly fields: Record<string, unknown>
  readonly files: UniverseFile[]
  readonly tags: string[]
  deprecated: string | undefined
  publishedAt: number | undefined
}

/** The words that a line understands beside dependencies; the value is what stands behind the colon. */
const words: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  peer: (draft, value) => addDependency(draft, 'peerDependencies', value),
  'peer?': (draft, value) => {
    addDependency(draft, 'peerDependencies', value)
    const meta = (draft.fields.peerDependenciesMeta ??= {}) as Record<string, unknown>
    meta[nameAndRange(value)[0]] = { optional: true }
  },
  optional: (draft, value) => addDependency(draft, 'optionalDependencies', value),
  dev: (draft, value) => addDependency(draft, 'devDependencies', value),
  bin: (draft, value) => {
    const bin = (draft.fields.bin ??= {}) as Record<string, string>
    bin[value] = `./bin/${value}.js`
    const text = `#!/usr/bin/env node\nconsole.log(${JSON.stringify(`${draft.name}@${draft.version} ${value}`)})\n`
    draft.files.push({ path: `bin/${value}.js`, text, executable: true })
  },
  os: (draft, value) => void (draft.fields.os = value.split(',')),
  cpu: (draft, value) => void (draft.fields.cpu = value.split(',')),
  libc: (draft, value) => void (draft.fields.libc = value.split(',')),
  /** `engines:>=18` is Node's. */
  engines: (draft, value) => void (draft.fields.engines = { node: value }),
  /** A script that leaves a file behind, so that a test sees whether it ran. */
  script: (draft, value) => {
    const scripts = (draft.fields.scripts ??= {}) as Record<string, string>
    scripts[value] = `node -e "require('fs').writeFileSync('ran-${value}', '')"`
  },
  bundle: (draft, value) => void (draft.fields.bundleDependencies = value.split(',')),
  tag: (draft, value) => void draft.tags.push(value),
  deprecated: (draft, value) => void (draft.deprecated = value.replaceAll('-', ' ')),
  /** `at:2026-01-31` or a whole instant. */
  at: (draft, value) => void (draft.publishedAt = Date.parse(value)),
}

/** Throws, naming the line, when it cannot be read. */
export function parseUniverse(lines: string | readonly string[]): readonly UniversePackage[] {
  const list = typeof lines === 'string' ? lines.split('\n') : lines
  return list
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseLine)
}

function parseLine(line: string): UniversePackage {
  const match = /^(\S+) (\S+?)(?::\s*(.*))?$/.exec(line)
  const [, name, version, rest = ''] = match ?? []
  if (name === undefined || version === undefined) throw new Error(`not "name version: dependencies": ${line}`)
  const draft: Draft = { name, version, fields: {}, files: [], tags: [], deprecated: undefined, publishedAt: undefined }
  const tokens = rest.split(/\s+/).filter((token) => token !== '')
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as string
    const colon = token.indexOf(':')
    const word = colon < 0 ? undefined : words[token.slice(0, colon)]
    if (word !== undefined) {
      word(draft, token.slice(colon + 1))
      continue
    }
    const range = tokens[++index]
    if (range === undefined || colon >= 0) throw new Error(`${JSON.stringify(token)} needs a range behind it: ${line}`)
    addDependency(draft, 'dependencies', `${token}@${range}`)
  }
  return packageOf(draft)
}

function packageOf(draft: Draft): UniversePackage {
  const { name, version, fields, files, tags, deprecated, publishedAt } = draft
  const index = `module.exports = ${JSON.stringify({ name, version })}\n`
  return {
    manifest: { name, version, license: 'MIT', main: 'index.js', ...fields },
    files: [{ path: 'index.js', text: index }, ...files],
    tags: tags.length === 0 ? ['latest'] : tags,
    deprecated,
    publishedAt,
  }
}

function addDependency(draft: Draft, field: string, value: string): void {
  const [name, range] = nameAndRange(value)
  const map = (draft.fields[field] ??= {}) as Record<string, string>
  map[name] = range
}

/** `@s/a@^1` is `@s/a` and `^1`; without a range it is `*`. */
function nameAndRange(text: string): readonly [string, string] {
  const at = text.indexOf('@', 1)
  return at < 0 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1)]
}
