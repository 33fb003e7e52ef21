/**
 * `alk release --dev`: the release as a folder that runs at once, for trying its commands, children and configuration. The
 * application is a link to the project and the runtime a link to this Node, so that nothing is copied or packed; such a
 * folder stays on the machine that it was made on.
 */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { checkEntries, scriptFiles, supervisorFiles } from './assemble.ts'
import type { ReleaseFile } from './release-file.ts'
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
  const { folder: application, files } = await host.readMember(release.member)
  checkEntries(release, new Set(files.map(({ path }) => path)))
  const folder = join(dirname(release.tarball), `${release.name}-dev`)
  for (const part of ['bin', 'releases', 'runtime']) await rm(join(folder, part), { recursive: true, force: true })
  const runtime = ownRuntime()
  for (const [path, file] of [...(await scriptFiles(release, runtime)), ...(await supervisorFiles(release, host))]) {
    await writeReleaseFile(join(folder, path), file)
  }
  await link(application, join(folder, versionFolder(release), 'app'))
  await link(runtime.nodeBinary, join(folder, 'runtime', `node-${runtime.version}`, 'bin', 'node'))
  return { name: release.name, version: release.version, folder }
}

function ownRuntime(): RuntimeFiles {
  const { versions, execPath } = process
  return { version: versions.node, nodeBinary: execPath, license: execPath, integrity: '', packageName: 'node' }
}

async function writeReleaseFile(path: string, file: ReleaseFile): Promise<void> {
  invariant(file.kind === 'bytes', 'scripts and the supervisor are made, not copied')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, file.bytes, { mode: file.executable ? 0o755 : 0o644 })
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}
