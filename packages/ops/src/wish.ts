/** One argument of `alk add`, read: the name it goes under and what the manifest asks for. */
import { relative, resolve, sep } from 'node:path'
import { asRange, parsePackageName, parseSpecifier, userError } from '@alkahest/core'
import type { JsonObject, PackageName } from '@alkahest/core'
import { isFolder, readBytes, readFolderManifest } from '@alkahest/project'
import { readTarball } from '@alkahest/protocol'

export type Wish = {
  readonly alias: PackageName
  /** What stands in the manifest while it is resolved. */
  readonly specifier: string
  /** A bare name or a tag: the version chosen decides what is written in the end. */
  readonly isOpen: boolean
}

/**
 * Reads `name`, `name@range`, `name@tag`, `alias@npm:name@range` or the path of a folder or tarball. Paths are relative to
 * `cwd` and become relative to the member's folder. Throws `PACKAGE_NAME_INVALID`, `SPECIFIER_INVALID`, `PATH_NOT_FOUND`.
 */
export async function parseWish(text: string, cwd: string, memberDirectory: string): Promise<Wish> {
  if (/^(?:file:|link:|\.{1,2}(?:\/|$)|\/|~\/)/.test(text)) return parsePathWish(text, cwd, memberDirectory)
  const at = text.indexOf('@', 1)
  const alias = parsePackageName(at < 0 ? text : text.slice(0, at))
  const asked = at < 0 ? '' : text.slice(at + 1)
  const specifier = parseSpecifier(alias, asked, 'the command line')
  const isOpen = asked === '' || specifier.kind === 'tag'
  return { alias, specifier: asked === '' ? 'latest' : asked, isOpen }
}

async function parsePathWish(text: string, cwd: string, memberDirectory: string): Promise<Wish> {
  const [, protocol = 'file:', written = text] = /^(file:|link:)?(.*)$/.exec(text) ?? []
  const path = resolve(cwd, written)
  const manifest =
    (await isFolder(path)) === true ? await readFolderManifest(path, written) : await tarballManifest(path, written)
  if (manifest === undefined) throw userError('PATH_NOT_FOUND', `there is no package at ${written}`)
  const { name } = manifest
  const relativePath = relative(memberDirectory, path).split(sep).join('/') || '.'
  return {
    alias: parsePackageName(typeof name === 'string' ? name : '', written),
    specifier: `${protocol}${relativePath}`,
    isOpen: false,
  }
}

async function tarballManifest(path: string, place: string): Promise<JsonObject | undefined> {
  const bytes = await readBytes(path, place)
  return bytes === undefined ? undefined : (await readTarball(bytes, { place })).manifest
}

/** What the manifest says of a wish once a version was chosen: `^1.2.3`, or the version itself. */
export function settledSpecifier(version: string, exact: boolean): string {
  return exact || asRange(`^${version}`) === undefined ? version : `^${version}`
}
