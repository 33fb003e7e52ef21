/**
 * A commit as a package: the files that npm would publish of it, in a tarball whose bytes are the same everywhere, so that
 * a lockfile can hold its integrity. No script of it runs.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asJsonObject, parsePackageName, userError } from '@alkahest/core'
import type { Integrity, JsonObject } from '@alkahest/core'
import { listPackFiles } from '@alkahest/project'
import { packTarball } from '@alkahest/protocol'
import { shownAddress } from './address.ts'
import { readCommitFiles } from './commit-files.ts'
import type { CommitFile } from './commit-files.ts'
import { fetchCommit, withMirror } from './mirror.ts'
import type { GitOptions } from './run-git.ts'

export type PackedCommit = {
  /** Its package.json, without what it says of bundles: a repository holds none, so those are dependencies as others. */
  readonly manifest: JsonObject
  readonly tarball: Uint8Array
  readonly integrity: Integrity
  /** Sentences about what is not in it: built files, submodules. */
  readonly warnings: readonly string[]
}

/** What npm runs before it packs a dependency from git. */
const BUILD_SCRIPTS = ['prepare', 'prepack']

/** Files whose content decides which files belong to a package. */
const RULES = /(?:^|\/)(?:package\.json|\.npmignore|\.gitignore)$/

/** Throws what fetching throws, and `GIT_NO_PACKAGE`, `JSON_INVALID`, `TARBALL_INVALID`. */
export async function packCommit(
  wanted: { readonly url: string; readonly commit: string; readonly folder: string | undefined },
  options: GitOptions,
): Promise<PackedCommit> {
  const { url, commit, folder } = wanted
  const found = await withMirror(url, options, async (mirror) => {
    await fetchCommit(mirror, commit, options)
    return readCommitFiles(mirror, { commit, folder }, options)
  })
  const place = `${shownAddress(url)}#${commit.slice(0, 7)}${folder === undefined ? '' : `&path:${folder}`}`
  const manifest = readManifest(found?.files ?? [], place)
  const files = await packedFiles(found?.files ?? [], manifest, options)
  const packed = packTarball(files, { isStored: true })
  return {
    manifest: withoutBundles(manifest),
    tarball: packed.bytes,
    integrity: packed.integrity,
    warnings: warningsOf(manifest, { place, submodules: found?.submodules ?? [], files }),
  }
}

function readManifest(files: readonly CommitFile[], place: string): JsonObject {
  const file = files.find(({ path }) => path === 'package.json')
  if (file === undefined) {
    throw userError('GIT_NO_PACKAGE', `${place} holds no package.json`, {
      hint: 'name the folder of the package with #commit&path:/folder, or another commit',
    })
  }
  try {
    const manifest = asJsonObject(JSON.parse(file.content.toString('utf8').replace(/^\uFEFF/, '')))
    if (manifest !== undefined) return manifest
  } catch (cause) {
    throw userError('JSON_INVALID', `package.json of ${place} is not JSON`, { cause })
  }
  throw userError('JSON_INVALID', `package.json of ${place} is no object`)
}

/** npm's rules look at folders: they get one that holds every name, and the content of what they read. */
async function packedFiles(
  files: readonly CommitFile[],
  manifest: JsonObject,
  { cacheDirectory }: GitOptions,
): Promise<readonly CommitFile[]> {
  const directory = await mkdtemp(join(cacheDirectory, 'pack-'))
  try {
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
      await mkdir(join(directory, folder), { recursive: true })
    }
    for (const { path, content } of files) await writeFile(join(directory, path), RULES.test(path) ? content : '')
    const name = typeof manifest.name === 'string' ? parsePackageName(manifest.name, 'a git repository') : undefined
    const list = await listPackFiles(directory, { name, document: withoutBundles(manifest) })
    const listed = new Map(list.files.map((file) => [file.path, file]))
    return files.flatMap((file) => {
      const found = listed.get(file.path)
      return found === undefined ? [] : [{ ...file, executable: file.executable || found.executable }]
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function withoutBundles(manifest: JsonObject): JsonObject {
  const { bundleDependencies: _one, bundledDependencies: _other, ...rest } = manifest
  return rest
}

function warningsOf(
  manifest: JsonObject,
  { place, submodules, files }: { place: string; submodules: readonly string[]; files: readonly CommitFile[] },
): readonly string[] {
  const scripts = asJsonObject(manifest.scripts) ?? {}
  const script = BUILD_SCRIPTS.find((name) => typeof scripts[name] === 'string')
  const { main } = manifest
  const entry = typeof main === 'string' ? main.replace(/^\.\//, '') : undefined
  const lacks = entry === undefined || isThere(entry, files) ? '' : `; its "main", ${entry}, is not in the repository`
  const built =
    script === undefined
      ? []
      : [`${place} has a script "${script}", which alk does not run for dependencies from git${lacks}`]
  const missing = submodules.map((path) => `${place} has a submodule at ${path}, which is left out`)
  return [...built, ...missing]
}

function isThere(entry: string, files: readonly CommitFile[]): boolean {
  const names = [entry, `${entry}.js`, `${entry}.json`, `${entry.replace(/\/$/, '')}/index.js`]
  return files.some(({ path }) => names.includes(path))
}
