/** What lies beside a tarball: the bill of materials, the checksums of everything in the folder, signatures. */
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { signFile } from './minisign.ts'
import type { SigningKey } from './minisign.ts'
import type { Release } from './release.ts'

const SUMS = 'SHA256SUMS'

export type BesideOptions = {
  readonly release: Release
  readonly sha256: string
  readonly sbom: string
  /** Undefined: nothing is signed. */
  readonly signingKey: SigningKey | undefined
}

/** Absolute paths of the files written, the checksums last. */
export async function writeBeside({ release, sha256, sbom, signingKey }: BesideOptions): Promise<readonly string[]> {
  const sbomFile = release.tarball.replace(/\.tar\.gz$/, '.cdx.json')
  await writeWhole(sbomFile, sbom)
  const sums = await writeSums(dirname(release.tarball), [
    [basename(release.tarball), sha256],
    [basename(sbomFile), createHash('sha256').update(sbom).digest('hex')],
  ])
  const files = [release.tarball, sums]
  // Signatures of what was here before would be wrong now.
  await Promise.all(files.map(async (file) => rm(`${file}.minisig`, { force: true })))
  const signatures = signingKey === undefined ? [] : await signAll(release, { sha256, signingKey, files })
  return [sbomFile, ...signatures, sums]
}

/** Other targets' lines stay as long as their files are there. The format is that of `sha256sum -c`. */
async function writeSums(folder: string, entries: readonly (readonly [string, string])[]): Promise<string> {
  const file = join(folder, SUMS)
  const names = new Set(await readdir(folder))
  const old = names.has(SUMS) ? (await readFile(file, 'utf8')).split('\n') : []
  const sums = new Map(
    old.map((line) => [line.slice(66), line.slice(0, 64)] as const).filter(([name]) => names.has(name)),
  )
  for (const [name, sum] of entries) sums.set(name, sum)
  const lines = [...sums]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, sum]) => `${sum}  ${name}\n`)
  await writeWhole(file, lines.join(''))
  return file
}

/** What the signatures of a release say that it is; an upgrade checks that it is told the truth. */
export function commentOf({ name, version, target }: Release, sha256: string): string {
  return `alkahest release ${name} ${version} ${target} sha256:${sha256}`
}

async function signAll(
  release: Release,
  {
    sha256,
    signingKey,
    files,
  }: { readonly sha256: string; readonly signingKey: SigningKey; readonly files: readonly string[] },
): Promise<readonly string[]> {
  const comment = commentOf(release, sha256)
  return await Promise.all(
    files.map(async (file) => {
      await writeWhole(`${file}.minisig`, await signFile(signingKey, file, comment))
      return `${file}.minisig`
    }),
  )
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text)
  await rename(`${file}.tmp`, file)
}
