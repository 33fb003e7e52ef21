/**
 * The files that a package consists of when it is published: npm's rules (`files`, .npmignore, .gitignore, the files that
 * are always or never in), by npm's own library, so that `alk pack` and `npm pack` agree.
 */
import { lstat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { asJsonObject, userError } from '@alkahest/core'
import type { Json, Manifest } from '@alkahest/core'
import { isSecretFile } from './secret-files.ts'
import type { Workspace } from './workspace.ts'

export type PackList = {
  /** Sorted by path. */
  readonly files: readonly ListedFile[]
  /** Files that probably should not be published. */
  readonly warnings: readonly PackWarning[]
}

export type ListedFile = {
  /** POSIX, relative to the package. */
  readonly path: string
  readonly executable: boolean
  /** In bytes. */
  readonly size: number
}

export type PackWarning = { readonly path: string; readonly reason: string }

/** What the rules read of a manifest. */
export type PackedManifest = Pick<Manifest, 'name' | 'document'>

export type PackListOptions = {
  /** Given so that a root package does not hold its members, and a member obeys the ignore files above it. */
  readonly workspace?: Workspace
}

/**
 * Lists what the package in `directory` (absolute) holds. Symbolic links are neither followed nor included: what is
 * listed are regular files inside the folder. Throws `PACK_BUNDLES_DEPENDENCIES`.
 * How many files a tarball may hold is `protocol`'s to say.
 */
export async function listPackFiles(
  directory: string,
  manifest: PackedManifest,
  options: PackListOptions = {},
): Promise<PackList> {
  refuseBundles(manifest)
  const tree = {
    path: directory,
    package: packageOf(manifest),
    isProjectRoot: true,
    edgesOut: new Map<string, never>(),
  }
  // Loaded here: it is large, and most commands list nothing.
  const { default: packlist } = await import('npm-packlist')
  const found = await packlist(tree, workspaceOptions(options.workspace, directory))
  const commands = new Set(Object.values(commandsOf(manifest)))
  const files = (await Promise.all(found.map((path) => listFile(directory, path, commands)))).filter(
    (file) => file !== undefined,
  )
  files.sort((left, right) => (left.path < right.path ? -1 : 1))
  return {
    files,
    warnings: files
      .filter((file) => isSecretFile(file.path))
      .map(({ path }) => ({ path, reason: 'it looks like a secret' })),
  }
}

/** Undefined for anything but a regular file, whatever a library listed. */
async function listFile(
  directory: string,
  path: string,
  commands: ReadonlySet<string>,
): Promise<ListedFile | undefined> {
  const entry = await lstat(join(directory, path))
  if (!entry.isFile()) return undefined
  const clean = posix.normalize(path)
  return { path: clean, executable: (entry.mode & 0o111) !== 0 || commands.has(clean), size: entry.size }
}

/** The isolated layout keeps a dependency's own dependencies outside of it: they cannot be packed as they lie. */
function refuseBundles(manifest: PackedManifest): void {
  const { bundleDependencies, bundledDependencies } = manifest.document
  const bundles = bundleDependencies ?? bundledDependencies ?? false
  if (bundles === false || (Array.isArray(bundles) && bundles.length === 0)) return
  throw userError(
    'PACK_BUNDLES_DEPENDENCIES',
    `${manifest.name ?? 'this package'} asks for bundleDependencies, which alk cannot pack`,
    {
      hint: 'publish without bundleDependencies, or pack it with npm pack',
    },
  )
}

/** The fields that the rules read, without `./`, which they do not understand. */
function packageOf(manifest: PackedManifest): Readonly<Record<string, unknown>> {
  const { main, browser, files } = manifest.document
  const listed = Array.isArray(files) ? files.filter((entry) => typeof entry === 'string') : undefined
  return {
    ...(listed === undefined ? {} : { files: listed }),
    main: withoutDot(main),
    browser: withoutDot(browser),
    bin: commandsOf(manifest),
  }
}

/** Command to path; the paths are POSIX and relative. */
function commandsOf(manifest: PackedManifest): Readonly<Record<string, string>> {
  const { bin } = manifest.document
  const commands = typeof bin === 'string' ? { [manifest.name ?? 'bin']: bin } : (asJsonObject(bin) ?? {})
  return Object.fromEntries(
    Object.entries(commands).flatMap(([name, path]) => {
      const clean = withoutDot(path)
      return clean === undefined ? [] : [[name, clean]]
    }),
  )
}

function withoutDot(path: Json | undefined): string | undefined {
  return typeof path === 'string' ? posix.normalize(path).replace(/^\/+/, '') : undefined
}

function workspaceOptions(
  workspace: Workspace | undefined,
  directory: string,
): { path: string; prefix?: string; workspaces?: string[] } {
  if (workspace === undefined || workspace.members.length === 1) return { path: directory }
  const members = workspace.members.filter((member) => member.path !== '.')
  return { path: directory, prefix: workspace.root, workspaces: members.map((member) => member.directory) }
}
