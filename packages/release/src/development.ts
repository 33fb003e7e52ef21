/**
 * `alk release --dev`: the release as a folder that runs at once, for trying its commands, children and configuration. The
 * application is a link to the project and the runtime a link to this Node, so that nothing is copied or packed; such a
 * folder stays on the machine that it was made on.
 */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { checkEntries, scriptFiles, supervisorFiles } from './assemble.ts'
import { computeFileManifest } from './file-manifest.ts'
import { textFile, withFiles } from './release-file.ts'
import type { ReleaseFile, ReleaseTree } from './release-file.ts'
import type { ReleaseHost, RuntimeFiles } from './release-host.ts'
import { versionFolder } from './release.ts'
import type { Release } from './release.ts'
import { hostTarget } from './target.ts'

export type DevelopmentReport = {
  readonly name: string
  readonly version: string
  /** Absolute: `bin/NAME` is in it. */
  readonly folder: string
}

/** Compiles and writes the folder anew, but for what a release that runs in it keeps (`tmp`). */
export async function assembleDevelopment(release: Release, host: ReleaseHost): Promise<DevelopmentReport> {
  if (release.target !== hostTarget({ os: process.platform, cpu: process.arch })) {
    throw userError(
      'RELEASE_TARGET_UNKNOWN',
      `--dev makes a release for this machine, which is not ${release.target}`,
      {
        hint: 'leave --target out, or leave --dev out',
      },
    )
  }
  await host.compile(release)
  const members = new Map(
    await Promise.all(release.members.map(async (path) => [path, await host.readMember(path)] as const)),
  )
  checkEntries(release, (member, entry) => members.get(member)?.files.some(({ path }) => path === entry) === true)
  const folder = join(dirname(release.tarball), `${release.name}-dev`)
  for (const part of ['bin', 'releases', 'runtime']) await rm(join(folder, part), { recursive: true, force: true })
  const runtime = ownRuntime()
  // A path through the link to the application would lead somewhere else: the others are named as they are.
  const folderOf = (member: string): string => (member === release.member ? '.' : join(release.projectFolder, member))
  const tree: ReleaseTree = new Map([
    ...(await scriptFiles(release, runtime, folderOf)),
    ...(await supervisorFiles(release, host)),
    [`${versionFolder(release)}/app`, { kind: 'link', target: join(release.projectFolder, release.member) }],
    [`runtime/node-${runtime.version}/bin/node`, { kind: 'link', target: runtime.nodeBinary }],
  ])
  const manifest = textFile(await computeFileManifest(tree))
  for (const [path, file] of withFiles(tree, [[`${versionFolder(release)}/files.json`, manifest]])) {
    await writeReleaseFile(join(folder, path), file)
  }
  return { name: release.name, version: release.version, folder }
}

function ownRuntime(): RuntimeFiles {
  const { versions, execPath } = process
  return { version: versions.node, nodeBinary: execPath, license: execPath, integrity: '', packageName: 'node' }
}

async function writeReleaseFile(path: string, file: ReleaseFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if (file.kind === 'link') return await symlink(file.target, path)
  invariant(file.kind === 'bytes', 'scripts and the supervisor are made, not copied')
  await writeFile(path, file.bytes, { mode: file.executable ? 0o755 : 0o644 })
}
