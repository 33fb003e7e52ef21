/** `verify [VERSION]`: whether every file of a version is still what was released. */
import { join } from 'node:path'
import type { Environment } from './environment.ts'
import { EXIT_USAGE, Failure } from './failure.ts'
import { compareWithManifest, manifestFile, readFileManifest } from './file-manifest.ts'
import { readPointer, requireVersion } from './versions.ts'

export async function verifyFiles(
  { root, name, version: running }: Environment,
  rest: readonly string[],
): Promise<number> {
  const [version = running, ...more] = rest
  if (more.length > 0 || version.startsWith('-')) throw new Failure('verify takes a version, or nothing', EXIT_USAGE)
  requireVersion(root, version)
  const manifest = readFileManifest(manifestFile(join(root, 'releases', version)))
  // The script in bin is that of the version that starts.
  const isCurrent = readPointer(root, 'current') === version
  const mismatches = await compareWithManifest(manifest, (path) =>
    path === `bin/${name}` && !isCurrent ? undefined : join(root, path),
  )
  for (const { path, problem } of mismatches) process.stdout.write(`${problem}  ${path}\n`)
  if (mismatches.length > 0)
    throw new Failure(`${mismatches.length} of ${manifest.size} files of ${version} are not what was released`)
  process.stdout.write(`${name} ${version}: ${manifest.size} files are what was released\n`)
  return 0
}
