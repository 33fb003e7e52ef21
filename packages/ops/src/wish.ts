/** One argument of `alk add`, read: the name it goes under and what the manifest asks for. */
import { readFile, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { asJsonObject, asRange, parseJson, parsePackageName, parseSpecifier, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
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
  const found = await stat(path).catch(() => undefined) // not there: said below, with what to do
  if (found === undefined) throw userError('PATH_NOT_FOUND', `there is no folder or tarball at ${written}`)
  const manifest = found.isDirectory()
    ? asJsonObject(parseJson(await readFile(join(path, 'package.json'), 'utf8'), `${written}/package.json`))
    : (await readTarball(await readFile(path), { place: written })).manifest
  const name = manifest?.name
  const relativePath = relative(memberDirectory, path).split(sep).join('/') || '.'
  return {
    alias: parsePackageName(typeof name === 'string' ? name : '', written),
    specifier: `${protocol}${relativePath}`,
    isOpen: false,
  }
}

/** What the manifest says of a wish once a version was chosen: `^1.2.3`, or the version itself. */
export function settledSpecifier(version: string, exact: boolean): string {
  return exact || asRange(`^${version}`) === undefined ? version : `^${version}`
}
