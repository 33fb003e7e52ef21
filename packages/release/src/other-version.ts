/**
 * The same release under another version: what `alk release prove` moves to and from. Its package.json says that version
 * too, so that a service that answers with it can be told from the other. It trusts whoever made it: it lives for minutes.
 */
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { asJsonObject, invariant, parseJson } from '@alkahest/core'
import { memberFolder } from './dependencies.ts'
import type { ConfiguredStep } from './configuration.ts'
import { textFile } from './release-file.ts'
import type { ReleaseFile } from './release-file.ts'
import { versionFolder } from './release.ts'
import type { Release } from './release.ts'

/** `folder` is absolute: where its tarball goes. */
export function withVersion(release: Release, version: string, folder: string): Release {
  const { configuration } = release
  const steps = configuration.steps.flatMap((step): ConfiguredStep[] => (step === 'tar' ? [disguised, step] : [step]))
  return {
    ...release,
    version,
    tarball: join(folder, `${release.name}-${version}-${release.target}.tar.gz`),
    configuration: { ...configuration, steps },
  }
}

async function disguised(release: Release): Promise<Release> {
  const tree = new Map(release.tree)
  tree.delete(`${versionFolder(release)}/trusted_keys`)
  for (const member of release.members) {
    const folder = memberFolder(release.placements, release.member, member)
    const path = posix.join(versionFolder(release), 'app', folder, 'package.json')
    const file = tree.get(path)
    const manifest = file === undefined ? undefined : asJsonObject(parseJson(await textOf(file), path))
    if (manifest === undefined) continue
    tree.set(path, textFile(`${JSON.stringify({ ...manifest, version: release.version }, undefined, 2)}\n`))
  }
  return { ...release, tree }
}

async function textOf(file: ReleaseFile): Promise<string> {
  if (file.kind === 'bytes') return Buffer.from(file.bytes).toString('utf8')
  invariant(file.kind === 'file', 'a package.json is a file')
  return await readFile(file.file, 'utf8')
}
