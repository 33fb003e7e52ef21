/**
 * The steps that turn a planned release into a tarball. A step is a function from release to release; the project's own
 * steps stand in the same list, before, between and after ours. Design: docs/internals/release.md
 */
import { readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { invariant, userError } from '@alkahest/core'
import { writeArchive } from './archive.ts'
import type { ArchiveReport } from './archive.ts'
import { memberFolder } from './dependencies.ts'
import type { Placement } from './dependencies.ts'
import { computeFileManifest } from './file-manifest.ts'
import { CONFIG_MJS, ENV_SH, nodeArgsFile } from './rel-files.ts'
import { formatReleaseDocument } from './release-document.ts'
import { textFile, withFiles } from './release-file.ts'
import type { ReleaseFile } from './release-file.ts'
import type { PackageFolder, ReleaseHost, RuntimeFiles } from './release-host.ts'
import { RELEASE_LOCK } from './release-lock.ts'
import { versionFolder } from './release.ts'
import type { Release, ReleaseStep } from './release.ts'
import { parseSigningKey } from './minisign.ts'
import { overlayFiles } from './overlays.ts'
import { writeBeside } from './publish-beside.ts'
import { makeSbom } from './sbom.ts'
import { startScript } from './start-script.ts'
import { readSupervisor } from './supervisor-files.ts'
import type { ReleaseTarget } from './target.ts'

export type ReleaseReport = ArchiveReport & {
  readonly name: string
  readonly version: string
  readonly target: ReleaseTarget
  /** Absolute. */
  readonly tarball: string
  /** What was written beside it: bill of materials, signatures, SHA256SUMS. Absolute. */
  readonly beside: readonly string[]
  readonly runtime: Pick<RuntimeFiles, 'version' | 'packageName' | 'integrity'>
}

/** Inside the release. */
const SBOM = 'sbom.cdx.json'

/** Compiles, fills the tree and writes the tarball. A tarball that exists is replaced only with `overwrite`. */
export async function assembleRelease(release: Release, host: ReleaseHost): Promise<ReleaseReport> {
  if (!release.overwrite && (await exists(release.tarball))) {
    throw userError('RELEASE_EXISTS', `${release.tarball} exists already`, {
      hint: 'raise the version, or replace it with --overwrite',
    })
  }
  const signingKey = host.signingKey === undefined ? undefined : parseSigningKey(host.signingKey, 'the signing key')
  const runtime = await compiledWithRuntime(release, host)
  let archive: ArchiveReport | undefined
  let current = release
  for (const step of release.configuration.steps) {
    if (step === 'assemble') current = await assemble(current, host, runtime)
    else if (step === 'tar') archive = await tar(current, host)
    else current = checkedRelease(await (step as ReleaseStep)(current))
  }
  invariant(archive !== undefined, 'the steps of a release hold "tar"')
  const { version, packageName, integrity } = runtime
  const beside = await writeBeside({
    release: current,
    sha256: archive.sha256,
    sbom: sbomOf(current),
    signingKey,
  })
  return {
    name: release.name,
    version: release.version,
    target: release.target,
    tarball: current.tarball,
    ...archive,
    beside,
    runtime: { version, packageName, integrity },
  }
}

/** Both at once: the compiler is a process of its own, and the runtime has 120 MB to be hashed. */
async function compiledWithRuntime(release: Release, host: ReleaseHost): Promise<RuntimeFiles> {
  const fetching = host.fetchRuntime(release.target)
  const [compiled] = await Promise.allSettled([host.compile(release), fetching])
  // What does not compile is told first: it is nearer to whoever asked.
  if (compiled.status === 'rejected') throw compiled.reason
  return await fetching
}

/** As it is in the tarball, whatever the project's own steps made of it. */
function sbomOf(release: Release): string {
  const file = release.tree.get(`${versionFolder(release)}/${SBOM}`)
  invariant(file?.kind === 'bytes', 'the bill of materials is made by "assemble"')
  return Buffer.from(file.bytes).toString('utf8')
}

/** The step is the project's code: what it returns is not taken on trust. */
function checkedRelease(value: unknown): Release {
  if (typeof value === 'object' && value !== null && 'tree' in value && value.tree instanceof Map)
    return value as Release
  throw userError('RELEASE_CONFIGURATION_INVALID', 'A step of the release did not return the release', {
    hint: 'a step in alkahest.config.ts gets the release and returns it, changed or not',
  })
}

async function assemble(release: Release, host: ReleaseHost, runtime: RuntimeFiles): Promise<Release> {
  const placed = await Promise.all(
    release.placements
      .filter(isPlaced)
      .map(async (placement) => ({ placement, folder: await readPlaced(placement, release, host) })),
  )
  const tree = withFiles(release.tree, [
    ...(await applicationFiles(release, host)),
    ...release.placements.flatMap((placement) => linksOf(placement, release)),
    ...placed.flatMap(({ placement, folder }) => filesOf(placement, folder, release)),
    ...runtimeFiles(runtime),
    ...(await supervisorFiles(release, host)),
    ...(await scriptFiles(release, runtime)),
    inVersion(release, SBOM, textFile(await makeSbom({ release, placed, runtime }))),
  ])
  const application = `${versionFolder(release)}/app`
  checkEntries(release, (member, entry) =>
    tree.has(posix.join(application, memberFolder(release.placements, release.member, member), entry)),
  )
  return { ...release, tree: withFiles(tree, await overlayFiles(release)) }
}

/** The manifest comes last of all, over what the project's own steps made of the tree. */
async function tar(release: Release, { cacheFolder }: ReleaseHost): Promise<ArchiveReport> {
  const manifest = await computeFileManifest(release.tree)
  const tree = withFiles(release.tree, [inVersion(release, 'files.json', textFile(manifest))])
  return await writeArchive(tree, release.tarball, { sourceDateEpoch: release.sourceDateEpoch, cacheFolder })
}

export type NamedFile = readonly [string, ReleaseFile]

function inVersion(release: Release, path: string, file: ReleaseFile): NamedFile {
  return [`${versionFolder(release)}/${path}`, file]
}

async function applicationFiles(release: Release, host: ReleaseHost): Promise<readonly NamedFile[]> {
  const { folder, files } = await readMember(release.member, release, host)
  return files.map((file) => inVersion(release, `app/${file.path}`, fileOf(folder, file)))
}

/** A member's own files, without what earlier releases left in it. */
async function readMember(path: string, { outputFolders }: Release, host: ReleaseHost): Promise<PackageFolder> {
  const { folder, files } = await host.readMember(path)
  const outputs = outputFolders.map((output) => `${output}/`)
  return {
    folder,
    files: files
      .filter((file) => !outputs.some((output) => join(folder, file.path).startsWith(output)))
      // It is written once the first release stands, which would differ from the next by nothing else.
      .filter((file) => file.path !== RELEASE_LOCK),
  }
}

function isPlaced({ source }: Placement): boolean {
  return source.kind !== 'app'
}

async function readPlaced({ source }: Placement, release: Release, host: ReleaseHost): Promise<PackageFolder> {
  if (source.kind === 'package') return await host.readPackage(source.instance)
  invariant(source.kind === 'member', 'the app is not read as a dependency')
  return await readMember(source.member.path, release, host)
}

function linksOf(placement: Placement, release: Release): readonly NamedFile[] {
  const root = `${versionFolder(release)}/app/node_modules`
  return [...placement.links].map(([path, target]): NamedFile => {
    const from = posix.dirname(posix.join(root, path))
    return [posix.join(root, path), { kind: 'link', target: posix.relative(from, posix.join(root, target)) || '.' }]
  })
}

function filesOf(placement: Placement, { folder, files }: PackageFolder, release: Release): readonly NamedFile[] {
  const root = `${versionFolder(release)}/app/node_modules/${placement.folder}`
  return files.map((file): NamedFile => [`${root}/${file.path}`, fileOf(folder, file)])
}

function fileOf(folder: string, { path, name = path, executable }: PackageFolder['files'][number]): ReleaseFile {
  return { kind: 'file', file: join(folder, name), executable }
}

/** The program that starts and watches everything. */
export async function supervisorFiles(release: Release, host: ReleaseHost): Promise<readonly NamedFile[]> {
  const files = await readSupervisor(host.supervisorFile())
  return files.map(([path, file]) => inVersion(release, `supervisor/${path}`, file))
}

function runtimeFiles(runtime: RuntimeFiles): readonly NamedFile[] {
  const root = runtimeFolder(runtime)
  return [
    [`${root}/bin/node`, { kind: 'file', file: runtime.nodeBinary, executable: true }],
    [`${root}/LICENSE`, { kind: 'file', file: runtime.license, executable: false }],
  ]
}

function runtimeFolder(runtime: RuntimeFiles): string {
  return `runtime/node-${runtime.version}`
}

/** What starts and steers it. A file of the same name in the project's `rel` folder takes the place of the default. */
export async function scriptFiles(
  release: Release,
  runtime: RuntimeFiles,
  folderOf?: (member: string) => string,
): Promise<readonly NamedFile[]> {
  return [
    [`bin/${release.name}`, textFile(startScript(release.name), true)],
    inVersion(release, `bin/${release.name}`, textFile(startScript(release.name), true)),
    ['releases/current', textFile(`${release.version}\n`)],
    inVersion(release, 'runtime', textFile(`${runtimeFolder(runtime)}\n`)),
    inVersion(release, 'release.json', textFile(formatReleaseDocument(release, runtime, folderOf))),
    inVersion(release, 'env.sh', await replaceable(release, 'env.sh', ENV_SH)),
    ...(await trustedKeys(release)),
    inVersion(
      release,
      'node.args',
      await replaceable(release, 'node.args', nodeArgsFile(release.configuration.nodeArgs)),
    ),
    inVersion(release, 'config.mjs', await replaceable(release, 'config.mjs', CONFIG_MJS)),
  ]
}

/** The public keys whose signatures this version accepts on the next: from the project's `rel` folder. */
async function trustedKeys(release: Release): Promise<readonly NamedFile[]> {
  const file = join(release.projectFolder, release.configuredIn, 'rel', 'trusted_keys')
  return (await exists(file)) ? [inVersion(release, 'trusted_keys', textFile(await readFile(file, 'utf8')))] : []
}

async function replaceable(release: Release, name: string, otherwise: string): Promise<ReleaseFile> {
  const file = join(release.projectFolder, release.configuredIn, 'rel', name)
  return (await exists(file)) ? textFile(await readFile(file, 'utf8')) : textFile(otherwise)
}

/** An entry that the build did not make would only be noticed at the first start, on another machine. */
export function checkEntries(release: Release, has: (member: string, entry: string) => boolean): void {
  for (const child of release.configuration.children) {
    if (child.entry !== undefined && has(child.member ?? release.member, child.entry)) continue
    throw userError(
      'RELEASE_ENTRY_MISSING',
      `${child.entry}, which ${child.name} starts with, is not among the files of the release`,
      {
        hint: 'does the build write it, and does "files" in package.json include it?',
      },
    )
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return false
      throw error
    },
  )
}
