/** One argument of `alk add`, read: the name it goes under and what the manifest asks for. */
import { relative, resolve, sep } from 'node:path'
import { asRange, parsePackageName, parseSpecifier, userError } from '@alkahest/core'
import type { JsonObject, PackageName, Specifier } from '@alkahest/core'
import { isFolder, readBytes, readFolderManifest } from '@alkahest/project'
import type { Member } from '@alkahest/project'
import { readTarball } from '@alkahest/protocol'

export type Wish = {
  readonly alias: PackageName
  /** What stands in the manifest while it is resolved. */
  readonly specifier: string
  /**
   * Of a bare name or a tag: the version chosen decides what is written in the end, with this in front (`npm:other@` of
   * an alias). Undefined when the specifier stays as it was asked.
   */
  readonly open: string | undefined
}

/** As npm tells them: what begins like a path or ends like a tarball, `left-1.0.0.tgz`. */
const PATH = /^(?:file:|link:|\.{1,2}(?:\/|$)|\/|~\/)|^[^@:]*\.(?:tgz|tar\.gz|tar)$/i

/** As npm tells them: an address or a short form of git, `github:owner/name`, `owner/name#branch`. */
const GIT = /^(?:git[+:@]|github:|gitlab:|bitbucket:|gist:|https?:\/\/[^#]*\.git(?:#|$)|[^@:/\s]+\/[^@:/\s]+$)/i

export type WishPlace = {
  /** Absolute; paths are relative to it, and become relative to `directory`. */
  readonly cwd: string
  /** The folder of the member that wishes. */
  readonly directory: string
  /** The other members of its workspace. */
  readonly members: readonly Member[]
  /** What a package from git is called, which only its package.json says. */
  readonly gitName: (specifier: Specifier & { readonly kind: 'git' }) => Promise<string>
}

/**
 * Reads `name`, `name@range`, `name@tag`, `alias@npm:name@range`, the path of a folder or tarball, or an address for git. A bare name that
 * another member has means that member. Throws `PACKAGE_NAME_INVALID`, `SPECIFIER_INVALID`, `PATH_NOT_FOUND`.
 */
export async function parseWish(text: string, place: WishPlace): Promise<Wish> {
  if (PATH.test(text)) return parsePathWish(text, place)
  if (GIT.test(text)) return parseGitWish(text, place)
  const at = text.indexOf('@', 1)
  const alias = parsePackageName(at < 0 ? text : text.slice(0, at))
  const asked = at < 0 ? '' : text.slice(at + 1)
  if (asked === '' && place.members.some(({ manifest }) => manifest.name === alias)) {
    return { alias, specifier: 'workspace:^', open: undefined }
  }
  const specifier = parseSpecifier(alias, asked, 'the command line')
  return { alias, specifier: asked === '' ? 'latest' : asked, open: openPrefix(alias, asked, specifier) }
}

/** See {@link Wish.open}. */
function openPrefix(alias: PackageName, asked: string, specifier: Specifier): string | undefined {
  if (specifier.kind !== 'range' && specifier.kind !== 'tag') return undefined
  const isOpen = specifier.kind === 'tag' || asked === '' || asked === `npm:${specifier.name}`
  if (!isOpen) return undefined
  return specifier.name === alias ? '' : `npm:${specifier.name}@`
}

async function parsePathWish(text: string, { cwd, directory }: WishPlace): Promise<Wish> {
  const [, protocol = 'file:', written = text] = /^(file:|link:)?(.*)$/.exec(text) ?? []
  const path = resolve(cwd, written)
  const manifest =
    (await isFolder(path)) === true ? await readFolderManifest(path, written) : await tarballManifest(path, written)
  if (manifest === undefined) throw userError('PATH_NOT_FOUND', `there is no package at ${written}`)
  const { name } = manifest
  const relativePath = relative(directory, path).split(sep).join('/') || '.'
  return {
    alias: parsePackageName(typeof name === 'string' ? name : '', written),
    specifier: `${protocol}${relativePath}`,
    open: undefined,
  }
}

async function parseGitWish(text: string, { gitName }: WishPlace): Promise<Wish> {
  // Any name will do: what is read is the address.
  const specifier = parseSpecifier('it', text, 'the command line')
  if (specifier.kind !== 'git') throw userError('SPECIFIER_INVALID', `"${text}" is no address of a git repository`)
  return { alias: parsePackageName(await gitName(specifier), text), specifier: text, open: undefined }
}

async function tarballManifest(path: string, place: string): Promise<JsonObject | undefined> {
  const bytes = await readBytes(path, place)
  return bytes === undefined ? undefined : (await readTarball(bytes, { place })).manifest
}

/** What the manifest says of a wish once a version was chosen: `^1.2.3`, or the version itself. */
export function settledSpecifier(version: string, exact: boolean): string {
  return exact || asRange(`^${version}`) === undefined ? version : `^${version}`
}
