/**
 * Puts the version in a tarball beside those that are here. It is unpacked under a temporary name and checked there:
 * name, target, and every file against the manifest. Then its runtime, if it is a new one, and last the version's folder
 * are renamed into place: a version that is here is whole, and a kill at any moment leaves the others as they are.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open, symlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { checkFreeSpace } from './disk-space.ts'
import type { Environment } from './environment.ts'
import { Failure, messageOf } from './failure.ts'
import { compareWithManifest, manifestFile, readFileManifest } from './file-manifest.ts'
import { readReleaseIdentity } from './release-document.ts'
import { runtimeOf } from './remote-generation.ts'
import { checkSignature, readTrustedKeys } from './signature.ts'
import { readTar } from './tar-reader.ts'
import { hasVersion, listVersions, readPointer, syncFolder } from './versions.ts'

/** Begins the name of every folder that is being filled. */
const UNPACKING = '.unpacking-'

/** The version, now below `releases`; one that is there already is an error. */
export async function installArchive(environment: Environment, file: string): Promise<string> {
  const releases = join(environment.root, 'releases')
  removeLeftovers(releases)
  const folder = join(releases, `${UNPACKING}${process.pid}`)
  try {
    const comment = await checkSigned(environment, file)
    await checkFreeSpace(file, releases)
    await unpack(file, folder)
    const version = await checkUnpacked(environment, folder)
    checkComment(comment, { name: environment.name, version })
    installRuntime(environment, folder, version)
    installVersion(environment, folder, version)
    return version
  } catch (error) {
    throw new Failure(`${file} was not installed: ${messageOf(error)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The trusted comment of its signature; undefined when the version that starts asks for none. */
async function checkSigned({ root }: Environment, file: string): Promise<string | undefined> {
  const keys = readTrustedKeys(join(root, 'releases', readPointer(root, 'current') ?? ''))
  return keys === undefined ? undefined : await checkSignature(file, keys)
}

/** The attack: the signed tarball of an old version with a hole, under the name of a new one. */
function checkComment(
  comment: string | undefined,
  { name, version }: { readonly name: string; readonly version: string },
): void {
  if (comment === undefined || comment.startsWith(`alkahest release ${name} ${version} `)) return
  throw new Failure(`it holds ${name} ${version}, but its signature is for: ${comment}`)
}

/** What upgrades that were killed left behind. */
function removeLeftovers(releases: string): void {
  for (const name of readdirSync(releases)) {
    if (name.startsWith(UNPACKING)) rmSync(join(releases, name), { recursive: true, force: true })
  }
}

async function unpack(file: string, folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o755 })
  const source = createReadStream(file)
  const stream = createGunzip()
  source.once('error', (error) => stream.destroy(error))
  source.pipe(stream)
  let handle: FileHandle | undefined
  const links: { readonly path: string; readonly target: string }[] = []
  try {
    await readTar(stream, {
      entry: async (entry) => {
        const path = join(folder, entry.path)
        mkdirSync(entry.kind === 'folder' ? path : dirname(path), { recursive: true, mode: 0o755 })
        if (entry.kind === 'link') links.push({ path, target: entry.target })
        if (entry.kind !== 'file') return
        handle = await open(path, 'wx', entry.executable ? 0o755 : 0o644)
        await handle.chmod(entry.executable ? 0o755 : 0o644)
        if (entry.size === 0) await closeSynced()
      },
      content: async (piece) => {
        await handle?.writeFile(piece)
      },
      end: async () => {
        await closeSynced()
      },
    })
    // Last, so that nothing can be written through one.
    for (const { path, target } of links) await symlink(target, path)
  } finally {
    await handle?.close()
    source.destroy()
    stream.destroy()
  }

  async function closeSynced(): Promise<void> {
    const done = handle
    handle = undefined
    await done?.sync()
    await done?.close()
  }
}

async function checkUnpacked({ name }: Environment, folder: string): Promise<string> {
  const [version, ...others] = listVersions(folder)
  if (version === undefined || others.length > 0) throw new Failure('it is not a release: it does not hold one version')
  const document = readReleaseIdentity(folder, version)
  if (document.name !== name) throw new Failure(`it is ${document.name}, this is ${name}`)
  const target = `${process.platform}-${process.arch}`
  if (document.target !== target) throw new Failure(`it is for ${document.target}, this machine is ${target}`)
  const manifest = readFileManifest(manifestFile(join(folder, 'releases', version)))
  const mismatches = await compareWithManifest(manifest, (path) => join(folder, path))
  const [first] = mismatches
  if (first !== undefined)
    throw new Failure(`${first.path} in it is ${first.problem} (${mismatches.length} such files)`)
  return version
}

/** A runtime that is here already is kept: it may be running. */
function installRuntime({ root }: Environment, folder: string, version: string): void {
  const runtime = runtimeOf(join(folder, 'releases', version))
  if (existsSync(join(root, runtime))) return
  mkdirSync(dirname(join(root, runtime)), { recursive: true })
  renameSync(join(folder, runtime), join(root, runtime))
  syncFolder(dirname(join(root, runtime)))
}

function installVersion({ root }: Environment, folder: string, version: string): void {
  if (hasVersion(root, version)) {
    throw new Failure(`version ${version} is here already; move to it with: upgrade ${version}`)
  }
  renameSync(join(folder, 'releases', version), join(root, 'releases', version))
  syncFolder(join(root, 'releases'))
}
