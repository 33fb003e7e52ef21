/**
 * A workspace: the root package and the members that its patterns name. A project without patterns is a workspace of one,
 * so that nothing else has to tell the two apart.
 */
import { join, posix, sep } from 'node:path'
import { userError } from '@alkahest/core'
import type { DependencyMap, Manifest } from '@alkahest/core'
import { manifestName, readManifest } from './manifest-file.ts'
import { memberPatterns } from './member-patterns.ts'
import { readWorkspaceFile, workspaceFileName } from './workspace-file.ts'

/** The largest public workspaces have around a thousand. */
const MEMBER_COUNT_MAX = 10_000
/** Members lie near the root; a pattern such as ** must not walk build output for ever. */
const MEMBER_DEPTH_MAX = 12

export type Member = {
  /** POSIX, relative to the root; `.` for the root itself. */
  readonly path: string
  /** Absolute. */
  readonly directory: string
  readonly manifestPath: string
  readonly manifest: Manifest
}

export type Workspace = {
  /** Absolute. */
  readonly root: string
  /** The root first, then by path. */
  readonly members: readonly Member[]
  /** By catalog; `default` is what a bare `catalog:` means. */
  readonly catalogs: Readonly<Record<string, DependencyMap>>
}

/**
 * Reads the workspace whose root is this folder (absolute; see `Project.root`). Throws `PROJECT_NOT_FOUND`,
 * `WORKSPACE_INVALID` and what reading a manifest throws: a member that cannot be read is never left out.
 */
export async function loadWorkspace(root: string): Promise<Workspace> {
  const manifestPath = join(root, manifestName)
  const manifest = await readManifest(manifestPath, manifestName)
  if (manifest === undefined) throw userError('PROJECT_NOT_FOUND', `no package.json in ${root}`)
  const file = await readWorkspaceFile(root)
  const place = file === undefined ? manifestName : workspaceFileName
  const paths = await findMembers(root, file?.packages ?? manifest.workspaces, place)
  const members = [
    { path: '.', directory: root, manifestPath, manifest: withOverrides(manifest, file?.overrides ?? {}) },
    ...(await Promise.all(paths.map((path) => readMember(root, path)))),
  ]
  refuseTwins(members)
  return { root, members, catalogs: file?.catalogs ?? {} }
}

/** The member that a folder (absolute) is. Throws `WORKSPACE_INVALID` when it is none. */
export function memberAt(workspace: Workspace, directory: string): Member {
  const member = workspace.members.find((candidate) => candidate.directory === directory)
  if (member !== undefined) return member
  throw userError('WORKSPACE_INVALID', `${directory} is not a member of the workspace in ${workspace.root}`)
}

async function findMembers(root: string, patterns: readonly string[], place: string): Promise<readonly string[]> {
  const rules = memberPatterns(patterns, place)
  if (rules.including.length === 0) return []
  const { glob } = await import('tinyglobby')
  // Links are not followed: a command in one workspace must not come to write into another project.
  const files = await glob(
    rules.including.map((pattern) => posix.join(pattern, manifestName)),
    {
      cwd: root,
      deep: MEMBER_DEPTH_MAX,
      followSymbolicLinks: false,
      ignore: ['**/node_modules/**'],
      expandDirectories: false,
    },
  )
  const paths = files
    .map((file) => posix.dirname(file.split(sep).join('/')))
    .filter((path) => path !== '.' && rules.has(path))
  if (paths.length > MEMBER_COUNT_MAX) {
    throw userError('WORKSPACE_INVALID', `the patterns in ${place} match more than ${MEMBER_COUNT_MAX} packages`)
  }
  return [...new Set(paths)].sort()
}

async function readMember(root: string, path: string): Promise<Member> {
  const directory = join(root, path)
  const manifestPath = join(directory, manifestName)
  const manifest = await readManifest(manifestPath, posix.join(path, manifestName))
  if (manifest === undefined)
    throw userError('WORKSPACE_INVALID', `${path} lost its package.json while the workspace was read`)
  return { path, directory, manifestPath, manifest }
}

/** Two members of one name could not be told apart by anything that depends on the name. */
function refuseTwins(members: readonly Member[]): void {
  const seen = new Map<string, string>()
  for (const { path, manifest } of members) {
    if (manifest.name === undefined) continue
    const first = seen.get(manifest.name)
    if (first !== undefined) {
      throw userError(
        'WORKSPACE_INVALID',
        `two members of the workspace are named ${manifest.name}: ${placeOf(first)} and ${placeOf(path)}`,
        {
          hint: 'give one of them another name in its package.json',
        },
      )
    }
    seen.set(manifest.name, path)
  }
}

function placeOf(path: string): string {
  return posix.join(path, manifestName)
}

/** pnpm keeps overrides in its workspace file; they count as the root manifest's own. */
function withOverrides(manifest: Manifest, overrides: Readonly<Record<string, string>>): Manifest {
  if (Object.keys(overrides).length === 0) return manifest
  return { ...manifest, overrides: { ...manifest.overrides, pnpm: { ...manifest.overrides.pnpm, ...overrides } } }
}
