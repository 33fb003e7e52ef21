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
  /** POSIX path of the member whose configuration it is; `.` for the root. It is released unless that names others. */
  readonly member: string
  readonly manifest: Manifest
  /** The members that a configuration may name, besides that one. */
  readonly workspace?: readonly ReleaseMember[]
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

export type ReleaseMember = {
  /** POSIX, relative to the workspace's root. */
  readonly path: string
  readonly manifest: Manifest
}

export type Release = {
  readonly name: string
  readonly version: string
  readonly target: ReleaseTarget
  readonly projectFolder: string
  /** POSIX path of the folder whose alkahest.config.ts, `rel`, overlays and output folder are meant. */
  readonly configuredIn: string
  /** POSIX path of the member that becomes `app`: the first child's. */
  readonly member: string
  /** Those whose programs it starts, that one first. */
  readonly members: readonly string[]
  /** With every child's member and entry filled in. */
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

/** Pure. Throws a `UserError` for a bad name, target, version, member, entry or configuration. */
export function planRelease(options: ReleaseOptions): Release {
  const target = parseTarget(options.target)
  const packageName = options.manifest.name === undefined ? '' : unscopedName(options.manifest.name)
  const configured = parseReleaseConfiguration(options.configuration, options.name, packageName)
  const started = configured.children.map((child) => ({ child, member: releasedMember(child.member, options) }))
  const members = [...new Set(started.map(({ member }) => member.path))]
  const [{ member: app }] = started as [(typeof started)[number]]
  const version = parseVersion(options.version ?? app.manifest.version ?? missingVersion(app.path))
  const usualFolder = join(options.projectFolder, options.member, 'build', 'release')
  const outputFolder = options.outputFolder ?? usualFolder
  const children = started.map(({ child, member }) => ({
    ...child,
    member: member.path,
    entry: child.entry === undefined ? entryOfManifest(member.manifest, member.path) : plainPath(child.entry),
  }))
  return {
    name: configured.name,
    version,
    target,
    projectFolder: options.projectFolder,
    configuredIn: options.member,
    member: app.path,
    members,
    configuration: { ...configured, children },
    placements: productionPlacements(options.graph, members, platformOfTarget(target)),
    sourceDateEpoch: options.sourceDateEpoch ?? 0,
    outputFolders: [
      usualFolder,
      outputFolder,
      ...members.map((path) => join(options.projectFolder, path, 'build', 'release')),
    ],
    tarball: join(outputFolder, `${configured.name}-${version}-${target}.tar.gz`),
    overwrite: options.overwrite ?? false,
    tree: new Map(),
  }
}

/** What `member` of a child means; the package that the configuration belongs to when it says nothing. */
export function releasedMember(
  wanted: string | undefined,
  { member, manifest, workspace = [] }: Pick<ReleaseOptions, 'member' | 'manifest' | 'workspace'>,
): ReleaseMember {
  if (wanted === undefined) return { path: member, manifest }
  const all = [{ path: member, manifest }, ...workspace]
  const path = plainPath(wanted) || '.'
  const found = all.find((candidate) => candidate.path === path || candidate.manifest.name === wanted)
  if (found !== undefined) return found
  throw userError(
    'RELEASE_MEMBER_UNKNOWN',
    `The workspace has no member ${wanted}, which alkahest.config.ts wants to release`,
    {
      hint: `it has ${all.map((candidate) => candidate.path).join(', ')}`,
    },
  )
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
