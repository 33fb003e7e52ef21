/**
 * The paths of the npm registry protocol, in one place: the client builds them, the server brings every spelling that
 * clients use of them into one form.
 */
import { isPackageName, unscopedName, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'

/** Longer than the longest path any client makes. */
const PATH_LENGTH_MAX = 2048

/** Paths relative to a registry's URL, without a leading slash (that URL may itself have a path). */
export const routes = {
  packument: (name: PackageName): string => encodeName(name),
  version: (name: PackageName, versionOrTag: string): string =>
    `${encodeName(name)}/${encodeURIComponent(versionOrTag)}`,
  tarball: (name: PackageName, version: string): string => `${name}/-/${tarballFileName(name, version)}`,
  distTags: (name: PackageName, tag?: string): string =>
    `-/package/${encodeName(name)}/dist-tags${tag === undefined ? '' : `/${encodeURIComponent(tag)}`}`,
  /** `PUT /{name}/-rev/{revision}` and `DELETE` of the same. */
  revision: (name: PackageName, revision: string): string => `${encodeName(name)}/-rev/${encodeURIComponent(revision)}`,
  login: (): string => '-/v1/login',
  user: (user: string): string => `-/user/org.couchdb.user:${encodeURIComponent(user)}`,
  token: (token: string): string => `-/user/token/${encodeURIComponent(token)}`,
  tokens: (): string => '-/npm/v1/tokens',
  whoami: (): string => '-/whoami',
  profile: (): string => '-/npm/v1/user',
  ping: (): string => '-/ping',
  keys: (): string => '-/npm/v1/keys',
  attestations: (name: PackageName, version: string): string => `-/npm/v1/attestations/${encodeName(name)}@${version}`,
  /** docs/formats/closure.md */
  closure: (): string => '-/alkahest/closure',
  auditBulk: (): string => '-/npm/v1/security/advisories/bulk',
  access: (name: PackageName): string => `-/package/${encodeName(name)}/access`,
  /** What our registry has beside npm's protocol. */
  features: '-/alkahest',
  publishTogether: '-/alkahest/publish',
  search: (query: Readonly<Record<string, string | number>>): string =>
    `-/v1/search?${new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)])).toString()}`,
}

/** `@scope%2fname`: the spelling that the npm client sends. */
export function encodeName(name: PackageName): string {
  return name.replace('/', '%2f')
}

/**
 * Whether a registry can hold a package of this name: every name that ever was possible, also those with a dash in front that no new package
 * may have. `-` alone is where the registry's own addresses begin.
 */
export function isServedName(text: string): text is PackageName {
  return isPackageName(text) || (/^-[^/]/.test(text) && isPackageName(`x${text}`))
}

/** `name-1.0.0.tgz`, without the scope. */
export function tarballFileName(name: PackageName, version: string): string {
  return `${unscopedName(name)}-${version}.tgz`
}

/**
 * One form for every spelling of a request's path: decoded exactly once, scopes with a plain slash, the query kept.
 * Throws `REQUEST_PATH_INVALID` for what no client sends: a climb, a backslash, a control character, a second encoding.
 */
export function canonicalPath(rawUrl: string): string {
  const mark = rawUrl.indexOf('?')
  const rawPath = mark < 0 ? rawUrl : rawUrl.slice(0, mark)
  const query = mark < 0 ? '' : rawUrl.slice(mark)
  if (!rawPath.includes('%') && !/\.\.|\/\/|\\/.test(rawPath) && rawPath.length <= PATH_LENGTH_MAX) return rawUrl
  if (rawPath.length > PATH_LENGTH_MAX) throw invalidPath(`the path is over ${PATH_LENGTH_MAX} characters`)
  let path: string
  try {
    path = decodeURIComponent(rawPath)
  } catch (cause) {
    throw invalidPath('the path is not valid percent-encoding', cause)
  }
  if (/%[0-9a-f]{2}/i.test(path)) throw invalidPath('the path is encoded twice')
  if (path.includes('\\')) throw invalidPath('the path holds a backslash')
  // The attack: a line break that ends up in a header or in a line of the log.
  if (/[^\u0020-\u007e\u0080-\uffff]/.test(path)) throw invalidPath('the path holds a control character')
  const collapsed = path.replace(/\/{2,}/g, '/')
  if (collapsed.split('/').some((segment) => segment === '..' || segment === '.')) throw invalidPath('the path climbs')
  return encodeURI(collapsed).replace(/[?#]/g, encodeURIComponent) + query
}

function invalidPath(reason: string, cause?: unknown): Error {
  return userError(
    'REQUEST_PATH_INVALID',
    `the request cannot be answered: ${reason}`,
    cause === undefined ? {} : { cause },
  )
}
