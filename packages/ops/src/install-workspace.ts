/**
 * The heart of every install, in the order that leaves the project whole at any moment: read, resolve, download into the
 * store, and only then write the project's own files and link. A failure before the writing changes nothing; one after it
 * puts the files back; a kill leaves what the next install completes.
 */
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { PackageId, ResolvedPackage } from '@alkahest/core'
import {
  applyLinkPlan,
  chooseLayout,
  hostPlatform,
  lockProject,
  openEarlyInstances,
  planLinks,
  readInstalledState,
  rememberInstall,
  selectInstances,
} from '@alkahest/linker'
import type {
  EarlyInstances,
  FinishedInstall,
  InstallInputs,
  InstanceToBuild,
  LinkPlan,
  ProjectLock,
  Selection,
} from '@alkahest/linker'
import type { Lockfile } from '@alkahest/lockfile'
import { loadWorkspace, lockfileName, ProjectFiles, readLockfile, sweepTemporaries } from '@alkahest/project'
import type { Workspace } from '@alkahest/project'
import { computeInstances } from '@alkahest/resolver'
import { openStore } from '@alkahest/store'
import type { Store, StoredPackage } from '@alkahest/store'
import { changesBetween } from './changes.ts'
import { chooseResolution, stageLockfile } from './choose-resolution.ts'
import type { OperationContext } from './context.ts'
import { openDownloads } from './download.ts'
import { commandsOfFolders } from './folder-commands.ts'
import { installReport } from './install-report.ts'
import type { InstallRequest, InstallRun } from './install-run.ts'
import { settingsText } from './install-settings.ts'
import { lazyNetwork } from './network.ts'
import { plannedPackage, storedAlready } from './planned-packages.ts'
import type { InstallReport, PackageChange } from './reports.ts'
import { rememberOptions } from './repeat-install.ts'
import { storeDirectory } from './store-directory.ts'

/** The whole of it. Throws `LOCKFILE_OUTDATED` under `--frozen`, the explained failure, and what disk and network do. */
export async function installWorkspace(request: InstallRequest): Promise<InstallReport> {
  const { context, project, options } = request
  const started = context.now()
  const links = options.dryRun !== true && options.lockfileOnly !== true
  const onWait = (): void => context.progress({ kind: 'note', text: 'another install is at work here, waiting for it' })
  using lock = links ? await lockProject(project.root, { onWait }) : null
  using network = lazyNetwork(context, { ...options, directory: project.root })
  const run: InstallRun = {
    ...request,
    workspace: await loadWorkspace(project.root),
    files: new ProjectFiles(),
    network,
    locked: await readLockfile(project.root),
  }
  if (lock !== null) await sweep(run)
  await request.stage?.(run)
  const report = options.lockfileOnly === true ? await lockOnly(run) : await lockAndLink(run, lock)
  return { ...report, seconds: (context.now() - started) / 1000 }
}

/** What a killed install left beside the files that it was writing. */
async function sweep({ project, workspace }: InstallRun): Promise<void> {
  await sweepTemporaries(project.root, [lockfileName])
  for (const { manifestPath } of workspace.members) {
    await sweepTemporaries(dirname(manifestPath), [basename(manifestPath)])
  }
}

type Report = Omit<InstallReport, 'seconds'>

async function lockOnly(run: InstallRun): Promise<Report> {
  const chosen = await chooseResolution(run)
  run.context.signal?.throwIfAborted()
  if (run.options.dryRun !== true) await run.files.write()
  const changes = changesBetween(run.locked?.resolution, chosen.lockfile.resolution)
  return installReport(run, chosen, { ...changes, skipped: [], unapprovedBuilds: [], builds: [] })
}

/** `lock` is null for a dry run: nothing is written then. */
async function lockAndLink(run: InstallRun, lock: ProjectLock | null): Promise<Report> {
  const { context, options } = run
  const { root } = run.project
  const platform = hostPlatform()
  await using store = openStore({ directory: storeDirectory(context) })
  await using downloads = openDownloads({ context, root, store, network: run.network, platform })
  const takesAll = options.prod !== true && options.noOptional !== true
  if (lock !== null && takesAll) run.downloads = downloads
  const chosen = await chooseResolution(run)
  const graph = computeInstances(chosen.lockfile.resolution)
  const selection = selectInstances({
    graph,
    platform,
    include: { development: options.prod !== true, optional: options.noOptional !== true },
  })
  const policy = run.workspace.members.find(({ path }) => path === '.')?.manifest.policy
  const { layout, reason } = chooseLayout(options.layout ?? policy?.layout ?? 'isolated', graph)
  if (reason !== undefined) context.progress({ kind: 'note', text: reason, decides: true })
  const installed = readInstalledState(root)
  const mayBuild = ({ name }: ResolvedPackage): boolean =>
    options.ignoreScripts !== true && decidedBuilds(run.workspace)[name] === true
  using early =
    lock === null || layout !== 'isolated'
      ? null
      : openEarlyInstances({ lock, selection, installed, hasOwnFiles: mayBuild })
  const stored =
    lock === null
      ? storedAlready(selection, store)
      : await downloads.finish(selection, (pkg, found) => early?.place(pkg, found))
  if (!chosen.frozen) stageLockfile(run, withLearned(chosen.lockfile, stored))
  const storedOf = (pkg: ResolvedPackage): StoredPackage | undefined =>
    stored.get(pkg.id) ?? (lock === null ? plannedPackage(pkg) : undefined)
  const plan = planLinks({
    selection,
    layout,
    hasInstance: (name) => store.hasInstance(name),
    installed,
    storedOf,
    bins: await commandsOfFolders(run.workspace, graph),
    hasOwnFiles: (pkg) => options.ignoreScripts !== true && isApproved(run.workspace, pkg, stored),
  })
  for (const text of omittedEntries(plan, stored)) context.progress({ kind: 'note', text })
  context.signal?.throwIfAborted() // the last moment at which nothing was changed
  const written = lock === null ? undefined : await writeAndLink(run, plan, { lock, store, selection, early })
  const report = installReport(run, chosen, {
    ...plan.summary,
    skipped: plan.skipped.map(({ name, version }) => ({ name, version })),
    unapprovedBuilds: unapprovedBuilds(run.workspace, selection, stored),
    builds: written?.builds ?? [],
  })
  if (written !== undefined) {
    // What a repetition reports: everything is new, and nothing was decided.
    const { summary } = planLinks({ selection, installed: undefined, storedOf })
    const memo = { ...report, ...summary, heldBack: [], peerConflicts: [], lockfile: 'unchanged' }
    remember({ root, plan, inputs: written.inputs, selection, storedOf, memo }, context)
  }
  return report
}

/** Everything is installed by now: what cannot be kept for the next time is no failure, but it is said. */
function remember(install: FinishedInstall, context: OperationContext): void {
  try {
    rememberInstall(install, rememberOptions(context))
  } catch (cause) {
    const text = `this install is not remembered, so the same one will take as long again: ${(cause as Error).message}`
    context.progress({ kind: 'note', text })
  }
}

type LinkTools = {
  readonly lock: ProjectLock
  readonly store: Store
  readonly selection: Selection
  readonly early: EarlyInstances | null
}

/** Files first, so that a kill leaves a lockfile which the next install completes; put back when linking fails. */
async function writeAndLink(
  run: InstallRun,
  plan: LinkPlan,
  { lock, store, selection, early }: LinkTools,
): Promise<Written> {
  const { context } = run
  const inputs = await installInputs(run, selection)
  let builds: InstallReport['builds'] = []
  const runBuilds = async (due: readonly InstanceToBuild[]): Promise<void> => {
    const { runApprovedBuilds } = await import('./run-builds.ts')
    builds = await runApprovedBuilds(context, run.project.root, due)
  }
  const onProgress = (done: number, total: number): void =>
    context.progress({ kind: 'step', what: 'linking', done, total })
  try {
    await run.files.write()
    const { replaced, warnings } = await applyLinkPlan(plan, {
      lock,
      store,
      inputs,
      runBuilds,
      onProgress,
      ...(early === null ? {} : { early }),
    })
    for (const text of warnings) context.progress({ kind: 'note', text, decides: true })
    if (replaced !== undefined) {
      context.progress({ kind: 'note', text: `replaced the node_modules that ${replaced} had made`, decides: true })
    }
  } catch (error) {
    await run.files.restore()
    throw error
  }
  return { inputs, builds }
}

/** Links and stray entries of tarballs, which no client installs: said once, when their package comes. */
function omittedEntries(plan: LinkPlan, stored: ReadonlyMap<PackageId, StoredPackage>): readonly string[] {
  const fresh = new Set(
    [...plan.creates, ...plan.shares, ...plan.rebuilds].map(({ unit }) => `${unit.name}@${unit.version}`),
  )
  return [...stored.values()].flatMap(({ name, version, omitted }) => {
    const [first] = omitted
    if (first === undefined || !fresh.has(`${name}@${version}`)) return []
    const others = omitted.length === 1 ? '' : ` and ${omitted.length - 1} more`
    return [
      `${name}@${version} is installed without ${JSON.stringify(first)}${others}: links and what lies beside the package`,
    ]
  })
}

type Written = { readonly inputs: InstallInputs; readonly builds: InstallReport['builds'] }

/** Some registries give no hash: the one that the download had is locked, so that the next machine checks it. */
function withLearned(lockfile: Lockfile, stored: ReadonlyMap<PackageId, StoredPackage>): Lockfile {
  const packages = lockfile.resolution.packages.map((locked) => {
    const integrity = locked.integrity ?? stored.get(locked.id)?.integrity
    return locked.integrity === integrity ? locked : { ...locked, integrity }
  })
  return { ...lockfile, resolution: { ...lockfile.resolution, packages } }
}

/** Everything that the result depended on, so that the next run knows from a few stats that nothing changed. */
async function installInputs(run: InstallRun, selection: Selection): Promise<InstallInputs> {
  const { root } = run.project
  const onDisk = [...selection.instances.values()].flatMap(({ package: { source } }) => {
    if (source.kind === 'directory') return [resolve(root, source.path, 'package.json')] // says which commands there are
    return source.kind === 'file' ? [resolve(root, source.path)] : []
  })
  const paths = [
    ...run.workspace.members.map(({ manifestPath }) => manifestPath),
    ...onDisk,
    join(root, lockfileName),
    join(root, 'pnpm-workspace.yaml'),
  ]
  const files = new Map<string, Uint8Array | undefined>()
  for (const path of paths) files.set(relative(root, path).split(sep).join('/'), await run.files.read(path))
  const folders = run.workspace.members.filter(({ path }) => path !== '.').map(({ path }) => dirname(path))
  return { settings: settingsText(run.options), files, folders: [...new Set(folders)].toSorted() }
}

function unapprovedBuilds(
  workspace: Workspace,
  selection: Selection,
  stored: ReadonlyMap<PackageId, StoredPackage>,
): readonly PackageChange[] {
  const decided = decidedBuilds(workspace)
  const waiting = new Map<PackageId, PackageChange>()
  for (const { package: wanted } of selection.instances.values()) {
    if (!builds(wanted, stored) || wanted.name in decided) continue
    waiting.set(wanted.id, { name: wanted.name, version: wanted.version })
  }
  return [...waiting.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

function isApproved(
  workspace: Workspace,
  wanted: ResolvedPackage,
  stored: ReadonlyMap<PackageId, StoredPackage>,
): boolean {
  return decidedBuilds(workspace)[wanted.name] === true && builds(wanted, stored)
}

function decidedBuilds(workspace: Workspace): Readonly<Record<string, boolean>> {
  return workspace.members.find(({ path }) => path === '.')?.manifest.policy.allowBuilds ?? {}
}

/** Whether a package has anything to run; its tarball knows best. */
function builds(wanted: ResolvedPackage, stored: ReadonlyMap<PackageId, StoredPackage>): boolean {
  return stored.get(wanted.id)?.hasInstallScript ?? wanted.hasInstallScript
}
