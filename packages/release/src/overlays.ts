/** Overlays: folders of the project whose files are laid over the release, at its root. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { userError } from '@alkahest/core'
import type { ReleaseFile } from './release-file.ts'
import type { Release } from './release.ts'

/** Far above any sensible overlay; a link to `/` or a forgotten node_modules is not one. */
const OVERLAY_FILES_MAX = 100_000

export async function overlayFiles(release: Release): Promise<readonly (readonly [string, ReleaseFile])[]> {
  const folders = release.configuration.overlays.map((overlay) =>
    join(release.projectFolder, release.configuredIn, overlay),
  )
  const files = await Promise.all(folders.map((folder) => filesIn(folder)))
  return files.flat()
}

async function filesIn(folder: string): Promise<readonly (readonly [string, ReleaseFile])[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw userError('RELEASE_OVERLAY_MISSING', `The overlay ${folder} cannot be read`, { cause })
  })
  if (names.length > OVERLAY_FILES_MAX) {
    throw userError('RELEASE_OVERLAY_MISSING', `The overlay ${folder} has over ${OVERLAY_FILES_MAX} files`)
  }
  const files = await Promise.all(names.map((name) => overlayFile(folder, name)))
  return files.filter((file) => file !== undefined)
}

async function overlayFile(folder: string, name: string): Promise<readonly [string, ReleaseFile] | undefined> {
  const file = join(folder, name)
  const stats = await lstat(file)
  if (stats.isDirectory()) return undefined
  if (!stats.isFile()) {
    throw userError('RELEASE_OVERLAY_MISSING', `${file} is neither a file nor a folder`, {
      hint: 'overlays hold regular files only; a step of the release can make links',
    })
  }
  return [name.replaceAll('\\', '/'), { kind: 'file', file, executable: (stats.mode & 0o100) !== 0 }]
}
