/**
 * `alk publish --workspace`: every member that is not private. All of them are packed before one is sent. A registry that can
 * make them visible at one moment does; another gets each after those that it needs. A version that the registry has is
 * passed over, so that a run that broke off can be run again.
 */
import { asJsonObject, UserError, userError } from '@alkahest/core'
import type { PackageName } from '@alkahest/core'
import { findProject, loadWorkspace, memberGraph, orderMembers, selectMembers } from '@alkahest/project'
import { encodeName } from '@alkahest/protocol'
import type { OperationContext } from './context.ts'
import { withNetwork } from './network.ts'
import type { Network } from './open-network.ts'
import { requireLogin } from './package-request.ts'
import type { PublishWorkspaceReport } from './package-reports.ts'
import { preparePublish, publishBodyOf, publishReport, runScriptsAfter } from './publish.ts'
import type { PreparedPublish, PublishOptions } from './publish.ts'
import type { PublishReport } from './reports.ts'

export type PublishWorkspaceOptions = PublishOptions & {
  /** Only of these members; of all when there are none. */
  readonly filters?: readonly string[]
}

type Prepared = { readonly context: OperationContext; readonly prepared: PreparedPublish }

/** Throws `PACKAGE_PRIVATE` when there is nothing to publish, and what `publish` throws. */
export async function publishWorkspace(
  context: OperationContext,
  options: PublishWorkspaceOptions,
): Promise<PublishWorkspaceReport> {
  const { root } = await findProject(context.cwd)
  const all: Prepared[] = []
  for (const directory of await publishedFolders(root, options.filters ?? [])) {
    const there = { ...context, cwd: directory }
    context.progress({ kind: 'step', what: 'packing', done: all.length })
    all.push({ context: there, prepared: await preparePublish(there, options) })
  }
  return withNetwork(context, { directory: root }, async (network) => {
    const reports = await Promise.all(
      all.map(async ({ prepared }) => {
        const report = publishReport(prepared, network)
        return { ...report, present: await isPresent(network, prepared.result.name, report) }
      }),
    )
    const missing = reports.filter((report) => !report.present)
    if (options.dryRun === true || missing.length === 0) return { packages: reports }
    for (const report of missing) requireLogin(network, report.registry, `publishing ${report.name}`)
    if ((await options.confirm?.(missing)) === false) return { packages: reports }
    const sent = all.filter((_one, index) => reports[index]?.present === false)
    for (const [registry, group] of Map.groupBy(sent, ({ prepared }) => publishReport(prepared, network).registry)) {
      await sendGroup(group, { network, registry, options })
    }
    return { packages: reports.map((report) => ({ ...report, published: !report.present })) }
  })
}

type Sending = {
  readonly network: Network
  readonly registry: string
  readonly options: PublishWorkspaceOptions
}

/** To one registry: all at once where it can do that. Scripts run after what they follow is visible. */
async function sendGroup(group: readonly Prepared[], { network, registry, options }: Sending): Promise<void> {
  const write = { registry, ...(options.otp === undefined ? {} : { otp: options.otp }) }
  if (await network.client.publishesTogether({ registry })) {
    group[0]?.context.progress({ kind: 'step', what: `publishing ${group.length} packages together` })
    await network.client.publishTogether(
      group.map(({ prepared }) => publishBodyOf(prepared, network)),
      write,
    )
    for (const one of group) await runScriptsAfter(one.context, one.prepared)
    return
  }
  for (const [index, one] of group.entries()) {
    one.context.progress({ kind: 'step', what: 'publishing', done: index, total: group.length })
    await network.client.publish(publishBodyOf(one.prepared, network), write)
    await runScriptsAfter(one.context, one.prepared)
  }
}

async function publishedFolders(root: string, filters: readonly string[]): Promise<readonly string[]> {
  const workspace = await loadWorkspace(root)
  const chosen = await selectMembers(workspace, { filters })
  const published = chosen.filter(({ manifest }) => !manifest.private && manifest.version !== undefined)
  if (published.length === 0) {
    throw userError('PACKAGE_PRIVATE', `no package of the workspace in ${root} is there to be published`, {
      hint: 'a package is published when it has a version and does not say "private": true',
    })
  }
  return orderMembers(published, memberGraph(workspace)).map(({ directory }) => directory)
}

/** Asked of the very registry that would get it, which need not be the one that is configured for the name. */
async function isPresent({ client }: Network, name: PackageName, report: PublishReport): Promise<boolean> {
  const purpose = `look for ${name}@${report.version}`
  try {
    const document = asJsonObject(await client.json('GET', encodeName(name), { purpose, registry: report.registry }))
    return Object.hasOwn(asJsonObject(document?.versions) ?? {}, report.version)
  } catch (error) {
    if (error instanceof UserError && error.code === 'REGISTRY_NOT_FOUND') return false
    throw error
  }
}
