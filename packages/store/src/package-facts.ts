/** What the store needs to know of a package, read out of the package.json that its tarball holds. */
import { asJsonObject, asVersion, isPackageName } from '@alkahest/core'
import type { JsonObject, PackageName, Version } from '@alkahest/core'
import { readCandidate } from '@alkahest/protocol'

export type PackageFacts = {
  readonly name: string | undefined
  readonly version: string | undefined
  /** Command to path; only paths that are among the files. */
  readonly bin: Readonly<Record<string, string>>
  readonly hasInstallScript: boolean
}

export type PackageFactsInput = {
  readonly manifest: JsonObject
  /** `name@version` as it was asked for: a package whose own package.json has no usable name goes by this one. */
  readonly what: string
  readonly paths: ReadonlySet<string>
}

export function readPackageFacts({ manifest, what, paths }: PackageFactsInput): PackageFacts {
  const name = typeof manifest.name === 'string' && isPackageName(manifest.name) ? manifest.name : undefined
  // Read by the same rules as a published manifest, so that a packument and its tarball cannot mean two things.
  const candidate = readCandidate(
    (name ?? what.slice(0, Math.max(0, what.lastIndexOf('@')))) as PackageName,
    '0.0.0' as Version,
    { ...manifest, dist: { tarball: 'https://package.invalid/' }, hasInstallScript: null },
  )
  const declared = manifest.bin === undefined ? directoryBin(manifest, paths) : Object.entries(candidate?.bin ?? {})
  return {
    name,
    version: asVersion(manifest.version),
    // A command without its file is passed over, as npm does: some name files that only a build makes.
    bin: Object.fromEntries(declared.filter(([, path]) => paths.has(path))),
    hasInstallScript: candidate?.hasInstallScript === true || hasImplicitBuild(manifest, paths),
  }
}

/** `directories.bin`: every file below it is a command, named after the file; hidden ones are not. */
function directoryBin(manifest: JsonObject, paths: ReadonlySet<string>): [command: string, path: string][] {
  const directory = asJsonObject(manifest.directories)?.bin
  if (typeof directory !== 'string') return []
  const segments = directory.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.')
  if (segments.length === 0 || segments.includes('..')) return []
  const prefix = `${segments.join('/')}/`
  const files = [...paths].filter((path) => path.startsWith(prefix) && !/(?:^|\/)\./.test(path.slice(prefix.length)))
  return files.sort().map((path) => [path.slice(path.lastIndexOf('/') + 1), path])
}

/** npm runs `node-gyp rebuild` for a package that has `binding.gyp` and no install script of its own. */
function hasImplicitBuild(manifest: JsonObject, paths: ReadonlySet<string>): boolean {
  const scripts = asJsonObject(manifest.scripts) ?? {}
  const hasOwn = typeof scripts.install === 'string' || typeof scripts.preinstall === 'string'
  return paths.has('binding.gyp') && !hasOwn && manifest.gypfile !== false
}
