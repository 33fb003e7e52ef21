/**
 * What one dependency asks for, in npm's grammar and its common extensions:
 * `^1.2`, `latest`, `npm:other@^1`, `workspace:^`, `catalog:`, `file:../x`, `link:../x`, git and tarball addresses.
 * Order of recognition as in npm-package-arg: protocols, then paths, then version or range, then tag.
 */
import npa from 'npm-package-arg'
import { userError } from './errors.ts'
import { isPackageName, parsePackageName } from './package-name.ts'
import type { PackageName } from './package-name.ts'
import { asRange } from './range.ts'
import type { Range } from './range.ts'

export type Specifier =
  /** A version is a range that allows one. `name` is the target's: an alias asks for another name than its own. */
  | { readonly kind: 'range'; readonly name: PackageName; readonly range: Range }
  | { readonly kind: 'tag'; readonly name: PackageName; readonly tag: string }
  /** `range` is `*`, `^`, `~` or a range; `name` differs from the alias in `workspace:other@*`. */
  | { readonly kind: 'workspace'; readonly name: PackageName; readonly range: string }
  /** `catalog` is `default` for a bare `catalog:`. */
  | { readonly kind: 'catalog'; readonly catalog: string }
  /** A folder, as written, relative to the manifest that asks. */
  | { readonly kind: 'directory'; readonly path: string }
  /** A tarball on disk, as written, relative to the manifest that asks. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'tarball'; readonly url: string }
  | {
      readonly kind: 'git'
      /** What git clones. */
      readonly url: string
      /** Branch, tag or commit; undefined means the default branch. */
      readonly committish: string | undefined
      /** `#semver:<range>`. */
      readonly range: string | undefined
      /** `&path:/sub`. */
      readonly folder: string | undefined
    }

const SPECIFIER_LENGTH_MAX = 2048

/** Reads what `alias` asks for; `place` names the manifest in errors. Throws `SPECIFIER_INVALID`. */
export function parseSpecifier(alias: string, text: string, place: string): Specifier {
  if (!isPackageName(alias)) {
    parsePackageName(alias, place) // throws: a dependency key such as "../../x" must never become a folder
  }
  if (text.length > SPECIFIER_LENGTH_MAX) throw invalid(alias, text, place)
  const trimmed = text.trim()
  return (
    parseProtocol(alias as PackageName, trimmed, place) ??
    parsePath(trimmed) ??
    parseAddress(trimmed) ??
    parseRegistry(alias as PackageName, trimmed) ??
    parseGit(alias, trimmed) ??
    fail(alias, text, place)
  )
}

function parseProtocol(alias: PackageName, text: string, place: string): Specifier | undefined {
  if (text.startsWith('npm:')) return parseAlias(alias, text, place)
  if (text.startsWith('workspace:')) {
    const rest = text.slice('workspace:'.length)
    const at = rest.lastIndexOf('@')
    if (at > 0)
      return { kind: 'workspace', name: parsePackageName(rest.slice(0, at), place), range: rest.slice(at + 1) || '*' }
    return { kind: 'workspace', name: alias, range: rest === '' ? '*' : rest }
  }
  if (text.startsWith('catalog:')) return { kind: 'catalog', catalog: text.slice('catalog:'.length) || 'default' }
  return undefined
}

/** `npm:name`, `npm:name@range-or-tag`, and pnpm's `npm:^1.2` which keeps the alias's own name. */
function parseAlias(alias: PackageName, whole: string, place: string): Specifier {
  const rest = whole.slice('npm:'.length)
  const at = rest.indexOf('@', 1)
  const named = at > 0 ? rest.slice(0, at) : rest
  if (at <= 0 && rest !== '' && asRange(rest) !== undefined)
    return parseRegistry(alias, rest) ?? fail(alias, whole, place)
  const target = parsePackageName(named, place)
  return parseRegistry(target, at > 0 ? rest.slice(at + 1) : '') ?? fail(alias, whole, place)
}

function parsePath(text: string): Specifier | undefined {
  const path =
    /^(?:file|link|portal):(.*)$/s.exec(text)?.[1] ??
    (/^(?:\.{1,2}(?:[/\\]|$)|[/\\]|~\/|[a-zA-Z]:[/\\])/.test(text) ? text : undefined)
  if (path === undefined) return undefined
  const posix = path.replaceAll('\\', '/').replace(/^\/\/(?=[^/])/, '/')
  const isTarball = /\.(?:tgz|tar\.gz|tar)$/i.test(posix) && !/^(?:link|portal):/.test(text)
  return isTarball ? { kind: 'file', path: posix } : { kind: 'directory', path: posix }
}

/** An http(s) address is a tarball unless it says that it is a git repository. */
function parseAddress(text: string): Specifier | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined
  const isHostedRepository =
    /^https?:\/\/(?:[^/@]*@)?(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)\/[^/]+\/[^/]+(?:\.git)?(?:#.*)?$/i.test(
      text,
    )
  return /\.git(?:#.*)?$/i.test(text) || isHostedRepository ? undefined : { kind: 'tarball', url: text }
}

function parseRegistry(name: PackageName, text: string): Specifier | undefined {
  const range = asRange(text)
  if (range !== undefined) return { kind: 'range', name, range }
  // npm's rule for a tag: a text which an address may hold unchanged.
  return encodeURIComponent(text) === text ? { kind: 'tag', name, tag: text } : undefined
}

function parseGit(alias: string, text: string): Specifier | undefined {
  let parsed: {
    type: string
    fetchSpec?: string | null
    gitCommittish?: string | null
    gitRange?: string | null
    gitSubdir?: string | null
    hosted?: { https?: (options: object) => string | null; sshurl?: (options: object) => string | null }
  }
  try {
    // pnpm divides the parts behind # by &, npm by ::
    parsed = npa.resolve(alias, text.replace(/&(?=(?:path|semver):)/g, '::')) as unknown as typeof parsed
  } catch {
    return undefined // the caller reports it, with the place
  }
  if (parsed.type !== 'git') return undefined
  // A short form means https, which needs no key; whoever writes ssh has one.
  const form = /^(?:git\+ssh:|ssh:|git@)/i.test(text) ? 'sshurl' : 'https'
  const url = parsed.hosted?.[form]?.({ noCommittish: true, noGitPlus: true }) ?? parsed.fetchSpec
  if (url === undefined || url === null) return undefined
  return {
    kind: 'git',
    url,
    committish: parsed.gitCommittish ?? undefined,
    range: parsed.gitRange ?? undefined,
    folder: parsed.gitSubdir?.replace(/^\/+/, '/'),
  }
}

function fail(alias: string, text: string, place: string): never {
  throw invalid(alias, text, place)
}

function invalid(alias: string, text: string, place: string): Error {
  const shown = JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text)
  return userError(
    'SPECIFIER_INVALID',
    `${place} asks for ${alias} as ${shown}, which is no version, range, tag or known address`,
    {
      hint: `write a range such as "^1.2.3", a tag such as "latest", or an address`,
    },
  )
}
