/** `alk update`: to the newest versions the manifests allow; named packages alone, or with `latest` past the manifests. */
import { findProject, memberAt } from '@alkahest/project'
import type { ManifestEdit, Member } from '@alkahest/project'
import { parseSpecifier } from '@alkahest/core'
import type { Resolution } from '@alkahest/core'
import type { OperationContext } from './context.ts'
import { stageManifest } from './edit-manifests.ts'
import type { InstallOptions } from './install.ts'
import { installWorkspace } from './install-workspace.ts'
import { requireDependencies } from './remove.ts'
import type { InstallReport } from './reports.ts'
import { settledSpecifier } from './wish.ts'

export type UpdateOptions = Omit<InstallOptions, 'frozen'> & {
  /** Empty: everything, what packages depend on included. */
  readonly names: readonly string[]
  /** Take the version tagged `latest`, whatever the manifest says, and write it there. */
  readonly latest?: boolean
}

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

export async function update(context: OperationContext, options: UpdateOptions): Promise<InstallReport> {
  const project = await findProject(context.cwd)
  const unlock = options.names.length === 0 ? ('all' as const) : options.names
  return installWorkspace({
    context,
    project,
    options,
    change: {
      prepare: async (run) => {
        const member = memberAt(run.workspace, project.directory)
        requireKnown(run.locked?.resolution, member, options.names)
        if (options.latest === true) {
          await stageManifest(
            run,
            member,
            rangedDependencies(member, options.names).map((edit) => ({ ...edit, specifier: 'latest' })),
          )
        }
        return { unlock }
      },
      settle: async (run, resolution) => {
        if (options.latest !== true) return false
        const member = memberAt(run.workspace, project.directory)
        const edges = resolution.members.find(({ path }) => path === member.path)?.edges ?? []
        const edits = openDependencies(member).flatMap((edit) => {
          const target = edges.find(({ alias }) => alias === edit.name)?.target
          const version = resolution.packages.find(({ id }) => id === target)?.version
          return version === undefined ? [] : [{ ...edit, specifier: settledSpecifier(version, false) }]
        })
        await stageManifest(run, member, edits)
        return edits.length > 0
      },
    },
  })
}

/** A name deep in the graph can be updated too: only one that nothing knows is a mistake. */
function requireKnown(locked: Resolution | undefined, member: Member, names: readonly string[]): void {
  const deep = new Set<string>(locked?.packages.map(({ name }) => name))
  requireDependencies(
    member,
    names.filter((name) => !deep.has(name)),
  )
}

type SetEdit = Extract<ManifestEdit, { kind: 'set' }>

/** Dependencies that a registry's version answers; links, folders and aliases stay as they are. */
function rangedDependencies(member: Member, names: readonly string[]): readonly SetEdit[] {
  return edits(member, (alias, specifier) => {
    const wanted = names.length === 0 || names.includes(alias)
    const parsed = parseSpecifier(alias, specifier, member.manifestPath)
    return wanted && parsed.kind === 'range' && parsed.name === alias
  })
}

function openDependencies(member: Member): readonly SetEdit[] {
  return edits(member, (_alias, specifier) => specifier === 'latest')
}

function edits(member: Member, isMeant: (alias: string, specifier: string) => boolean): readonly SetEdit[] {
  return SECTIONS.flatMap((section) =>
    Object.entries(member.manifest[section])
      .filter(([alias, specifier]) => isMeant(alias, specifier))
      .map(([name, specifier]) => ({ kind: 'set' as const, section, name, specifier })),
  )
}
