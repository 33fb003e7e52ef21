/**
 * The heart of every install, in the order that leaves the project whole at any moment: read, resolve, download into the
 * store, and only then write the project's own files and link. A failure before the writing changes nothing; one after it
 * puts the files back; a kill leaves what the next install completes.
 */
import { dirname, join, relative, sep } from 'node:path'
import { userError } from '@alkahest/core'
import type { PackageId, Resolution } from '@alkahest/core'
import { applyLinkPlan, lockProject, planLinks, readInstalledState, selectInstances } from '@alkahest/linker'
import type { InstallInputs, Selection } from '@alkahest/linker'
import { compareWithManifests, formatLockfile } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import { loadWorkspace, lockfileName, readLockfile } from '@alkahest/project'
import type { Project, Workspace } from '@alkahest/project'
import { computeInstances, settingsOf, wantedMembers } from '@alkahest/resolver'
import type { Resolved } from '@alkahest/resolver'
import { openStore } from '@alkahest/store'
import type { StoredPackage } from '@alkahest/store'
import { changesBetween } from './changes.ts'
import type { OperationContext } from './context.ts'
import { downloadSelection } from './download.ts'
import { commandsOfFolders } from './folder-commands.ts'
import { hostPlatform } from './host-platform.ts'
import { settingsText } from './install-settings.ts'
import type { InstallOptions } from './install.ts'
import { lazyNetwork } from './network.ts'
import type { LazyNetwork } from './network.ts'
import { ProjectFiles } from './project-files.ts'
import type { InstallReport, PackageChange } from './reports.ts'
import { resolveInputOf, resolveWorkspace } from './resolve-workspace.ts'
import type { ResolutionChoices } from './resolve-workspace.ts'
import { heldBackReport, peerConflictReport } from './resolved-report.ts'
import { storeDirectory } from './store-directory.ts'

/** What `add`, `remove` and `update` do before and after the solver works. */
export type WorkspaceChange = {
  /** Stages new manifests and says which names forget their locked versions. */
  readonly prepare?: (draft: WorkspaceDraft) => Promise<ResolutionChoices>
  /** Looks at what was chosen and stages the manifests' final texts; true when it did. */
  readonly settle?: (draft: WorkspaceDraft, resolution: Resolution) => Promise<boolean>
}

/** A workspace whose manifests may be changed in memory. */
export type WorkspaceDraft = {
  readonly project: Project
  workspace: Workspace
  readonly files: ProjectFiles
  readonly network: LazyNetwork
  readonly locked: Lockfile | undefined
}

/** The whole of it. Throws `LOCKFILE_OUTDATED` under `--frozen`, the explained failure, and what disk and network do. */
export async function installWorkspace(
  context: OperationContext,
  project: Project,
  options: InstallOptions,
  change: WorkspaceChange,
): Promise<InstallReport> {
  const started = context.now()
  const writes = options.dryRun !== true
  const links = writes && options.lockfileOnly !== true
  const onWait = (): void => context.progress({ kind: 'note', text: 'another install is at work here, waiting for it' })
  await using lock = links ? await lockProject(project.root, { onWait }) : undefined
  using network = lazyNetwork(context, { ...options, directory: project.root })
  const draft: WorkspaceDraft = {
    project,
    workspace: await loadWorkspace(project.root),
    files: new ProjectFiles(),
    network,
    locked: await readLockfile(project.root),
  }
  const chosen = await chooseResolution(context, draft, options, change)
  if (options.lockfileOnly === true) {
    if (writes) await draft.files.write()
    const changes = changesBetween(draft.locked?.resolution, chosen.lockfile.resolution)
    return reportOf(context, started, options, draft, chosen, { ...changes, skipped: [], unapprovedBuilds: [] })
  }
  await using store = openStore({ directory: storeDirectory(context) })
  const graph = computeInstances(chosen.lockfile.resolution)
  const selection = selectInstances({
    graph,
    platform: hostPlatform(),
    include: { development: options.prod !== true, optional: options.noOptional !== true },
  })
  const stored = await downloadSelection(context, { root: project.root, selection, store, network })
  if (!chosen.frozen) stageLockfile(draft, withLearned(chosen.lockfile, stored))
  const plan = planLinks({
    selection,
    installed: readInstalledState(project.root),
    storedOf: ({ id }) => stored.get(id),
    bins: await commandsOfFolders(draft.workspace, graph),
  })
  if (lock !== undefined) {
    const inputs = await installInputs(draft, options)
    const onProgress = (done: number, total: number): void =>
      context.progress({ kind: 'step', what: 'linking', done, total })
    await restoringOnFailure(draft, async () => {
      await draft.files.write()
      const linked = await applyLinkPlan(plan, { lock, inputs, onProgress })
      if (linked.replaced !== undefined) {
        context.progress({ kind: 'note', text: `replaced the node_modules that ${linked.replaced} had made` })
      }
    })
  }
  return reportOf(context, started, options, draft, chosen, {
    ...plan.summary,
    skipped: plan.skipped.map(({ name, version }) => ({ name, version })),
    unapprovedBuilds: unapprovedBuilds(draft.workspace, selection, stored),
  })
}

type Outcome = Pick<InstallReport, 'added' | 'changed' | 'removed' | 'skipped' | 'unapprovedBuilds'>

function reportOf(
  context: OperationContext,
  started: number,
  options: InstallOptions,
  draft: WorkspaceDraft,
  { lockfile, resolved }: Chosen,
  outcome: Outcome,
): InstallReport {
  const fresh = new Set(
    [...outcome.added, ...outcome.changed.map(({ name, to }) => ({ name, version: to }))].map(
      ({ name, version }) => `${name}@${version}`,
    ),
  )
  const deprecated = lockfile.resolution.packages
    .filter(({ deprecated: message, name, version }) => message !== undefined && fresh.has(`${name}@${version}`))
    .map(({ name, version, deprecated: message }) => ({ name, version, message: message ?? '' }))
  return {
    ...outcome,
    heldBack: (resolved?.heldBack ?? []).map(heldBackReport),
    deprecated,
    peerConflicts: (resolved?.peerConflicts ?? []).map(peerConflictReport),
    lockfile: lockfileOutcome(draft.locked, lockfile),
    upToDate: false,
    dryRun: options.dryRun === true,
    seconds: (context.now() - started) / 1000,
  }
}

function lockfileOutcome(before: Lockfile | undefined, after: Lockfile): InstallReport['lockfile'] {
  if (before === undefined) return 'created'
  return formatLockfile(before) === formatLockfile(after) ? 'unchanged' : 'written'
}

type Chosen = {
  readonly lockfile: Lockfile
  /** Undefined when the lockfile answered everything. */
  readonly resolved: Resolved | undefined
  readonly frozen: boolean
}

async function chooseResolution(
  context: OperationContext,
  draft: WorkspaceDraft,
  options: InstallOptions,
  change: WorkspaceChange,
): Promise<Chosen> {
  const frozen =
    options.frozen ?? (draft.locked !== undefined && isContinuousIntegration(context) && change.prepare === undefined)
  const prepared = await change.prepare?.(draft)
  const choices: ResolutionChoices = {
    ...(options.before === undefined ? {} : { before: options.before }),
    ...(options.resolution === undefined ? {} : { direction: options.resolution }),
    ...prepared,
  }
  const input = resolveInputOf(context, draft.workspace, draft.locked, choices)
  const settings = settingsOf(input)
  if (draft.locked !== undefined && prepared === undefined) {
    const drift = compareWithManifests(draft.locked, { members: wantedMembers(input), settings })
    if (drift.isEmpty) return { lockfile: draft.locked, resolved: undefined, frozen }
    if (frozen) throw outdated(drift.reasons)
  } else if (frozen) {
    throw userError('LOCKFILE_MISSING', `${draft.project.root} has no ${lockfileName}, which --frozen needs`, {
      hint: 'make one with `alk install` and commit it',
    })
  }
  const network = await draft.network.open()
  let resolved = await resolveWorkspace(context, network, draft.project.root, input)
  if ((await change.settle?.(draft, resolved.resolution)) === true) {
    // The manifests now say what was chosen; solving again with that locked only rewrites the requirements.
    const settled = resolveInputOf(context, draft.workspace, resolved, {})
    const again = await resolveWorkspace(context, network, draft.project.root, settled)
    resolved = { ...again, heldBack: resolved.heldBack, peerConflicts: resolved.peerConflicts }
  }
  const lockfile: Lockfile = { resolution: resolved.resolution, settings: resolved.settings }
  stageLockfile(draft, lockfile)
  return { lockfile, resolved, frozen: false }
}

function isContinuousIntegration(context: OperationContext): boolean {
  const value = context.env.CI
  return value !== undefined && value !== '' && value !== 'false' && value !== '0'
}

function outdated(reasons: readonly string[]): Error {
  return userError('LOCKFILE_OUTDATED', `${lockfileName} does not answer for the manifests: ${reasons.join('; ')}`, {
    hint: 'run `alk install --no-frozen` where you may change it, and commit the result',
    details: { reasons },
  })
}

function stageLockfile(draft: WorkspaceDraft, lockfile: Lockfile): void {
  draft.files.stage(join(draft.project.root, lockfileName), formatLockfile(lockfile))
}

/** Some registries give no hash: the one that the download had is locked, so that the next machine checks it. */
function withLearned(lockfile: Lockfile, stored: ReadonlyMap<PackageId, StoredPackage>): Lockfile {
  const packages = lockfile.resolution.packages.map((locked) => {
    const integrity = locked.integrity ?? stored.get(locked.id)?.integrity
    return locked.integrity === integrity ? locked : { ...locked, integrity }
  })
  return { ...lockfile, resolution: { ...lockfile.resolution, packages } }
}

/** Everything that the result depended on, so that the next run knows from a few stats that nothing changed. */
async function installInputs(draft: WorkspaceDraft, options: InstallOptions): Promise<InstallInputs> {
  const { root } = draft.project
  const paths = [
    ...draft.workspace.members.map(({ manifestPath }) => manifestPath),
    join(root, lockfileName),
    join(root, 'pnpm-workspace.yaml'),
  ]
  const files = new Map<string, Uint8Array | undefined>()
  for (const path of paths) files.set(relative(root, path).split(sep).join('/'), await draft.files.read(path))
  const folders = draft.workspace.members.filter(({ path }) => path !== '.').map(({ path }) => dirname(path))
  return { settings: settingsText(options), files, folders: [...new Set(folders)].toSorted() }
}

async function restoringOnFailure<Result>(draft: WorkspaceDraft, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await draft.files.restore()
    throw error
  }
}

function unapprovedBuilds(
  workspace: Workspace,
  selection: Selection,
  stored: ReadonlyMap<PackageId, StoredPackage>,
): readonly PackageChange[] {
  const decided = workspace.members.find(({ path }) => path === '.')?.manifest.policy.allowBuilds ?? {}
  const waiting = new Map<PackageId, PackageChange>()
  for (const { package: wanted } of selection.instances.values()) {
    const builds = stored.get(wanted.id)?.hasInstallScript ?? wanted.hasInstallScript
    if (builds && !(wanted.name in decided)) waiting.set(wanted.id, { name: wanted.name, version: wanted.version })
  }
  return [...waiting.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
