/** Every address of the pages. They begin with the path of the registry's public URL, so that they are right behind a proxy too. */
import type { PackageTabKind } from './package-view.ts'

/** No package can be called `-`, so nothing below it can hide one. */
export const WEB_PREFIX = '/-/web'

export type Links = {
  /** With a slash at both ends. */
  readonly basePath: string
  readonly home: string
  readonly logout: string
  readonly tokens: string
  readonly revoke: string
  search(text?: string, at?: { readonly page?: number; readonly in?: string | undefined }): string
  package(at: PackageAddress): string
  /** @param next one of ours, as {@link isOwnPath} has it */
  login(next?: string): string
  signUp(next?: string): string
  /** Where the code of a device is typed. */
  readonly device: string
  confirm(secret: string): string
  asset(file: string): string
  /** Where a path that passed {@link isOwnPath} is. */
  own(path: string): string
}

/** @param basePath of the registry's public URL, with a slash at both ends */
export function linksAt(basePath: string): Links {
  const web = basePath + WEB_PREFIX.slice(1)
  return {
    basePath,
    home: basePath,
    logout: `${web}/logout`,
    tokens: `${web}/tokens`,
    revoke: `${web}/tokens/revoke`,
    search: (text, at = {}) => `${web}/search${queryOf({ q: text, in: at.in, page: at.page })}`,
    package: ({ ecosystem, name, version, tab, page }) => {
      const at = version === undefined ? '' : `/v/${encodeURIComponent(version)}`
      return `${web}/${ecosystem}/${encodeURI(name)}${at}${queryOf({ tab, page })}`
    },
    login: (next) => `${web}/login${queryOf({ next })}`,
    signUp: (next) => `${web}/sign-up${queryOf({ next })}`,
    device: `${web}/device`,
    confirm: (secret) => `${web}/confirm/${secret}`,
    asset: (file) => `${web}/${file}`,
    own: (path) => basePath + path.slice(1),
  }
}

function queryOf(entries: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) query.set(key, String(value))
  return query.size === 0 ? '' : `?${query.toString()}`
}

export type PackageAddress = {
  /** Packages of different worlds may have one name. */
  readonly ecosystem: string
  readonly name: string
  readonly version?: string | undefined
  readonly tab?: PackageTabKind | undefined
  readonly page?: number | undefined
}

const PATH_LENGTH_MAX = 500

/**
 * Whether a path is one of a page of ours. The attack: a login that goes on to `//evil.example`, to `/\evil.example`, or to a header of the
 * attacker's, because it was told so in its address.
 */
export function isOwnPath(path: string): boolean {
  return (
    path.length <= PATH_LENGTH_MAX && /^\/-\/web\/[\w@./%?=&+~-]*$/.test(path) && !/\/[./]|%2e|%5c/i.test(path.slice(2))
  )
}
