/**
 * `alk add`: each package goes into the manifest as it was asked for; a name without a range, or with a tag, is resolved
 * first and then written as a range that starts at the version chosen.
 */
import { findProject, memberAt } from '@alkahest/project'
import type { DependencySection, ManifestEdit, Member } from '@alkahest/project'
import { chosenVersion } from './chosen-version.ts'
import type { OperationContext } from './context.ts'
import { stageManifest } from './edit-manifests.ts'
import { fetchGit } from './git-source.ts'
import type { InstallOptions } from './install-options.ts'
import { installWorkspace } from './install-workspace.ts'
import type { InstallReport } from './reports.ts'
import { parseWish, settledSpecifier } from './wish.ts'
import type { Wish, WishPlace } from './wish.ts'

export type AddOptions = Omit<InstallOptions, 'frozen'> & {
  readonly packages: readonly string[]
  /** Undefined: the section that a package stands in already, else `dependencies`. */
  readonly kind?: 'dependency' | 'development' | 'optional' | 'peer'
  /** Write the version itself instead of a range that starts at it. */
  readonly exact?: boolean
}

const SECTIONS = {
  dependency: 'dependencies',
  development: 'devDependencies',
  optional: 'optionalDependencies',
  peer: 'peerDependencies',
} as const satisfies Record<NonNullable<AddOptions['kind']>, DependencySection>

/** Changes nothing when any of the packages cannot be had. */
export async function add(context: OperationContext, options: AddOptions): Promise<InstallReport> {
  const project = await findProject(context.cwd)
  let wishes: readonly Wish[] = []
  const setAll = (member: Member, specifiers: ReadonlyMap<string, string>): readonly ManifestEdit[] =>
    [...specifiers].map(([name, specifier]) => ({
      kind: 'set',
      section: options.kind === undefined ? sectionIn(member, name) : SECTIONS[options.kind],
      name,
      specifier,
    }))
  return installWorkspace({
    context,
    project,
    options,
    change: {
      prepare: async (run) => {
        const member = memberAt(run.workspace, project.directory)
        const others = run.workspace.members.filter(({ path }) => path !== member.path)
        const gitName: WishPlace['gitName'] = async (specifier) => {
          const { offline } = await run.network.open()
          const quiet = { ...context, progress: () => undefined } // what is to say is said when it is resolved
          const { name } = (await fetchGit(specifier, { context: quiet, offline })).packed.manifest
          return typeof name === 'string' ? name : ''
        }
        const place = { cwd: context.cwd, directory: project.directory, members: others, gitName }
        wishes = await Promise.all(options.packages.map((text) => parseWish(text, place)))
        await stageManifest(
          run,
          member,
          setAll(member, new Map(wishes.map(({ alias, specifier }) => [alias, specifier]))),
        )
        return { unlock: wishes.map(({ alias }) => alias) }
      },
      settle: async (run, resolution) => {
        const member = memberAt(run.workspace, project.directory)
        const settled = new Map<string, string>()
        for (const { alias, open } of wishes) {
          const version = open === undefined ? undefined : chosenVersion(resolution, member.path, alias)
          if (version !== undefined) settled.set(alias, `${open}${settledSpecifier(version, options.exact === true)}`)
        }
        if (settled.size > 0) await stageManifest(run, member, setAll(member, settled))
        return settled.size > 0
      },
    },
  })
}

function sectionIn(member: Member, name: string): DependencySection {
  const sections: readonly DependencySection[] = ['devDependencies', 'optionalDependencies', 'peerDependencies']
  return sections.find((section) => name in member.manifest[section]) ?? 'dependencies'
}
