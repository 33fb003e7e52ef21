/**
 * `alk pack`: the member's files as one tarball, the same bytes every time. `alk publish` sends exactly this.
 * The project's own `prepack`, `prepare` and `postpack` scripts run as npm runs them.
 */
import { join, resolve } from 'node:path'
import { checkEntries, runLifecycle } from '@alkahest/build'
import type { PackageProblem, PackedFile } from '@alkahest/build'
import { parseVersion, userError } from '@alkahest/core'
import type { JsonObject, PackageName, Version } from '@alkahest/core'
import { findProject, listPackFiles, loadWorkspace, memberAt, readBytes, writeFileAtomically } from '@alkahest/project'
import type { Member } from '@alkahest/project'
import { packTarball } from '@alkahest/protocol'
import type { PackedTarball } from '@alkahest/protocol'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import { publishedManifest } from './published-manifest.ts'
import type { PackReport } from './reports.ts'

export type PackOptions = {
  /** Folder for the tarball, relative to the context's folder; default: the context's folder. */
  readonly destination?: string
}

export type PackedMember = {
  readonly member: Member
  readonly name: PackageName
  readonly version: Version
  /** As it stands in the tarball. */
  readonly manifest: JsonObject & { readonly name: string; readonly version: string }
  readonly packed: PackedTarball
  /** What is in it. */
  readonly files: readonly PackedFile[]
  readonly readme: { readonly path: string; readonly text: string } | undefined
  readonly warnings: readonly { readonly path: string; readonly reason: string }[]
}

export async function pack(context: OperationContext, options: PackOptions): Promise<PackReport> {
  const result = await packMember(context, ['prepack', 'prepare'])
  const file = resolve(context.cwd, options.destination ?? '.', tarballFileName(result))
  await writeFileAtomically(file, result.packed.bytes)
  await runScripts(context, result.member, ['postpack'])
  return packReport(result, { file, problems: await checkEntries(result.files) })
}

/** Runs the scripts named, then reads the files: scripts such as a compile make what is packed. */
export async function packMember(context: OperationContext, scripts: readonly string[]): Promise<PackedMember> {
  const project = await findProject(context.cwd)
  await runScripts(context, memberAt(await loadWorkspace(project.root), project.directory), scripts)
  const workspace = await loadWorkspace(project.root)
  const member = memberAt(workspace, project.directory)
  const { name, version } = member.manifest
  if (name === undefined || version === undefined) {
    throw userError(
      'MANIFEST_INVALID',
      `${member.manifestPath} has no "${name === undefined ? 'name' : 'version'}", which a package needs`,
    )
  }
  const list = await listPackFiles(member.directory, member.manifest, { workspace })
  const document = publishedManifest(member, workspace)
  const files = await Promise.all(
    list.files.map(async ({ path, executable }) => ({
      path,
      executable,
      content:
        path === 'package.json'
          ? Buffer.from(`${JSON.stringify(document, null, 2)}\n`)
          : await packedBytes(join(member.directory, path)),
    })),
  )
  const readme = files.find(({ path }) => /^readme(?:\.(?:md|markdown|txt))?$/i.test(path))
  return {
    member,
    name,
    version: parseVersion(version),
    manifest: { ...document, name, version },
    packed: packTarball(files),
    files,
    readme:
      readme === undefined ? undefined : { path: readme.path, text: Buffer.from(readme.content).toString('utf8') },
    warnings: list.warnings,
  }
}

async function packedBytes(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path)
  if (bytes === undefined) throw userError('FILE_UNREADABLE', `${path} went away while it was packed`)
  return bytes
}

/** Throws `SCRIPT_FAILED` when a script ends with anything but 0: half-built packages must not travel. */
export async function runScripts(context: OperationContext, member: Member, scripts: readonly string[]): Promise<void> {
  for (const name of scripts.filter((script) => member.manifest.scripts[script] !== undefined)) {
    // What scripts print must not mix with the report, which may be JSON on stdout.
    const build = await openBuild(
      { ...context, childOutput: 'stderr' },
      { directory: member.directory, preferred: 'dev' },
    )
    const { exitCode } = await runLifecycle(build, name)
    if (exitCode === 0) continue
    const whose = member.manifest.name ?? member.path
    throw userError('SCRIPT_FAILED', `the script "${name}" of ${whose} ended with code ${exitCode}`, {
      hint: `run it alone with \`alk run ${name}\``,
    })
  }
}

export function packReport(
  result: PackedMember,
  { file, problems }: { readonly file: string; readonly problems: readonly PackageProblem[] },
): PackReport {
  return {
    name: result.name,
    version: result.version,
    file,
    files: result.packed.files.map(({ path, size }) => ({ path, size })),
    size: result.packed.bytes.length,
    unpackedSize: result.packed.unpackedSize,
    integrity: result.packed.integrity,
    shasum: result.packed.shasum,
    warnings: result.warnings,
    problems,
  }
}

/** `scope-name-1.0.0.tgz`, as npm calls it. */
export function tarballFileName(result: Pick<PackedMember, 'name' | 'version'>): string {
  return `${result.name.replace(/^@/, '').replace('/', '-')}-${result.version}.tgz`
}
