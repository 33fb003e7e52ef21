/**
 * A release as a value: what it is called, what it holds, where it goes. `planRelease` decides everything that can be
 * decided without the disk; each step then returns the release with more of its tree filled in (see assemble.ts).
 */
import { join } from 'node:path'
import { parseVersion, unscopedName, userError } from '@alkahest/core'
import type { InstanceGraph, Manifest } from '@alkahest/core'
import { parseReleaseConfiguration } from './configuration.ts'
import type { ReleaseConfiguration } from './configuration.ts'
import { productionPlacements } from './dependencies.ts'
import type { Placement } from './dependencies.ts'
import { entryOfManifest } from './entry.ts'
import type { ReleaseTree } from './release-file.ts'
import { parseTarget, platformOfTarget } from './target.ts'
import type { ReleaseTarget } from './target.ts'

export type ReleaseOptions = {
  /** Absolute: the workspace's root. */
  readonly projectFolder: string
  /** POSIX path of the member to release; `.` for the root. */
  readonly member: string
  readonly manifest: Manifest
  /** `releases` of alkahest.config.ts as it was exported. */
  readonly configuration: unknown
  readonly graph: InstanceGraph
  /** Which release, when there are several; also the name when none is configured. */
  readonly name?: string
  readonly version?: string
  readonly target: string
  /** In seconds; what every file's time will be. */
  readonly sourceDateEpoch?: number
  readonly outputFolder?: string
  /** Replace a tarball that exists. */
  readonly overwrite?: boolean
}

export type Release = {
  readonly name: string
  readonly version: string
  readonly target: ReleaseTarget
  readonly projectFolder: string
  readonly member: string
  /** With every child's entry filled in. */
  readonly configuration: ReleaseConfiguration
  /** Which packages go where under `node_modules`. */
  readonly placements: readonly Placement[]
  readonly sourceDateEpoch: number
  /** Where releases are made, now and by default: never part of the application. Absolute. */
  readonly outputFolders: readonly string[]
  /** Absolute path of the tarball to write. */
  readonly tarball: string
  readonly overwrite: boolean
  /** Empty in the plan; filled by the steps. */
  readonly tree: ReleaseTree
}

/** One step of the list: the release in, the release out, changed or not. */
export type ReleaseStep = (release: Release) => Release | Promise<Release>

/** Pure. Throws a `UserError` for a bad name, target, version, entry or configuration. */
export function planRelease(options: ReleaseOptions): Release {
  const target = parseTarget(options.target)
  const packageName = options.manifest.name === undefined ? '' : unscopedName(options.manifest.name)
  const configured = parseReleaseConfiguration(options.configuration, options.name, packageName)
  const version = parseVersion(options.version ?? options.manifest.version ?? missingVersion(options.member))
  const memberFolder = join(options.projectFolder, options.member)
  const usualFolder = join(memberFolder, 'build', 'release')
  const outputFolder = options.outputFolder ?? usualFolder
  const children = configured.children.map((child) => ({
    ...child,
    entry: child.entry === undefined ? entryOfManifest(options.manifest, options.member) : plainPath(child.entry),
  }))
  return {
    name: configured.name,
    version,
    target,
    projectFolder: options.projectFolder,
    member: options.member,
    configuration: { ...configured, children },
    placements: productionPlacements(options.graph, options.member, platformOfTarget(target)),
    sourceDateEpoch: options.sourceDateEpoch ?? 0,
    outputFolders: [usualFolder, outputFolder],
    tarball: join(outputFolder, `${configured.name}-${version}-${target}.tar.gz`),
    overwrite: options.overwrite ?? false,
    tree: new Map(),
  }
}

/** Where a version's files are inside the release. */
export function versionFolder(release: Pick<Release, 'version'>): string {
  return `releases/${release.version}`
}

function missingVersion(member: string): never {
  throw userError(
    'RELEASE_VERSION_MISSING',
    `The package.json of ${member === '.' ? 'the project' : member} has no version`,
    {
      hint: 'add "version" to it, or give one with --version',
    },
  )
}

/** `./dist/../dist/main.js` and `dist/main.js` are the same file of the tree. */
function plainPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0) parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
