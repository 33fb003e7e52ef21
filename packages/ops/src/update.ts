/** `alk update`: to the newest versions the manifests allow; named packages alone, or with `latest` past the manifests. */
import { findProject, memberAt } from '@alkahest/project'
import type { ManifestEdit, Member } from '@alkahest/project'
import { compareVersions, parseSpecifier } from '@alkahest/core'
import type { Resolution } from '@alkahest/core'
import { namesBelow } from '@alkahest/resolver'
import { chosenVersion } from './chosen-version.ts'
import type { OperationContext } from './context.ts'
import { stageManifest } from './edit-manifests.ts'
import type { InstallOptions } from './install-options.ts'
import { installWorkspace } from './install-workspace.ts'
import { requireDependencies } from './remove.ts'
import type { InstallReport } from './reports.ts'
import { settledSpecifier } from './wish.ts'

export type UpdateOptions = Omit<InstallOptions, 'frozen'> & {
  /** Empty: everything, what packages depend on included. */
  readonly names: readonly string[]
  /** Take the version tagged `latest`, whatever the manifest says, and write it there. */
  readonly latest?: boolean
  /** Also everything that the named packages depend on, and so on down. */
  readonly deep?: boolean
}

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

export async function update(context: OperationContext, options: UpdateOptions): Promise<InstallReport> {
  const project = await findProject(context.cwd)
  let ranged: readonly SetEdit[] = [] // as the manifest had them
  return installWorkspace({
    context,
    project,
    options,
    change: {
      prepare: async (run) => {
        const member = memberAt(run.workspace, project.directory)
        requireKnown(run.locked?.resolution, member, options.names)
        if (options.latest === true) {
          ranged = rangedDependencies(member, options.names)
          await stageManifest(
            run,
            member,
            ranged.map((edit) => ({ ...edit, specifier: 'latest' })),
          )
        }
        return { unlock: unlocked(run.locked?.resolution, options) }
      },
      settle: async (run, resolution) => {
        if (ranged.length === 0) return false
        const { path } = memberAt(run.workspace, project.directory)
        const edits = ranged.map((edit) => {
          const latest = chosenVersion(resolution, path, edit.name)
          const locked = chosenVersion(run.locked?.resolution, path, edit.name)
          const isOlder = latest === undefined || (locked !== undefined && compareVersions(latest, locked) < 0)
          return isOlder ? edit : { ...edit, specifier: settledSpecifier(latest, false) }
        })
        await stageManifest(run, memberAt(run.workspace, project.directory), edits)
        return true
      },
    },
  })
}

function unlocked(locked: Resolution | undefined, { names, deep }: UpdateOptions): 'all' | readonly string[] {
  if (names.length === 0) return 'all'
  return deep === true && locked !== undefined ? namesBelow(locked, names) : names
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

/** Dependencies that a registry's version answers; links, folders, tags and aliases stay as they are. */
function rangedDependencies(member: Member, names: readonly string[]): readonly SetEdit[] {
  return SECTIONS.flatMap((section) =>
    Object.entries(member.manifest[section])
      .filter(([alias, specifier]) => {
        const wanted = names.length === 0 || names.includes(alias)
        const parsed = parseSpecifier(alias, specifier, member.manifestPath)
        return wanted && parsed.kind === 'range' && parsed.name === alias
      })
      .map(([name, specifier]) => ({ kind: 'set' as const, section, name, specifier })),
  )
}
