/**
 * `alk version`: the next version in package.json and in the changelog, committed and tagged where git keeps the project.
 * What could refuse it (a dirty work tree, a tag that exists) is asked before anything is written.
 */
import { join } from 'node:path'
import { runProgram } from '@alkahest/build'
import { parseVersion, userError } from '@alkahest/core'
import type { Version } from '@alkahest/core'
import {
  editManifestFile,
  findProject,
  loadWorkspace,
  memberAt,
  nextVersion,
  readTextFile,
  releaseChangelog,
  writeFileAtomically,
} from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { runScripts } from './pack.ts'
import type { VersionReport } from './reports.ts'

export type VersionOptions = {
  /** `patch`, `minor`, `major`, `prerelease`, or the version itself. */
  readonly wanted: string
  /** What a prerelease is called: `rc`. */
  readonly identifier?: string
  /** Neither commit nor tag. */
  readonly noGit?: boolean
}

const CHANGELOG = 'CHANGELOG.md'

/** Throws `VERSION_STEP_INVALID`, `MANIFEST_INVALID` and `GIT_REFUSED`. */
export async function version(context: OperationContext, options: VersionOptions): Promise<VersionReport> {
  const project = await findProject(context.cwd)
  const member = memberAt(await loadWorkspace(project.root), project.directory)
  const { name, version: current } = project.manifest
  if (current === undefined) {
    throw userError('MANIFEST_INVALID', `${project.manifestPath} has no "version" to go on from`, {
      hint: 'write the first one yourself, such as 0.1.0',
    })
  }
  const from = parseVersion(current)
  const to = nextVersion(from, options)
  const git = options.noGit === true ? undefined : await openGit(context, project.directory)
  const tag = member.path === '.' ? `v${to}` : `${name ?? member.path}@${to}`
  await git?.checkReady(tag)
  await runScripts(context, member, ['preversion'])
  await editManifestFile(project.manifestPath, [{ kind: 'field', path: ['version'], value: to }])
  const changelog = await writeChangelog(context, project.directory, to)
  await runScripts(context, member, ['version'])
  await git?.record([project.manifestPath, ...(changelog === null ? [] : [changelog])], {
    tag,
    message: `Release ${tag}`,
  })
  await runScripts(context, member, ['postversion'])
  return { name: name ?? '', from, to, changelog, tag: git === undefined ? null : tag }
}

/** The file that was changed; null when there is none, or nothing unreleased in it. */
async function writeChangelog(context: OperationContext, directory: string, to: Version): Promise<string | null> {
  const path = join(directory, CHANGELOG)
  const text = await readTextFile(path, CHANGELOG)
  if (text === undefined) return null
  const date = new Date(context.now()).toISOString().slice(0, 10)
  const released = releaseChangelog(text, to, date)
  if (released === text) return null
  await writeFileAtomically(path, released)
  return path
}

type Git = {
  checkReady(tag: string): Promise<void>
  record(files: readonly string[], change: { readonly tag: string; readonly message: string }): Promise<void>
}

/** Undefined where no git keeps the project. */
async function openGit(context: OperationContext, directory: string): Promise<Git | undefined> {
  const git = async (...args: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }> => {
    const env = Object.fromEntries(
      Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    )
    let output = ''
    const plan = { program: 'git', args, cwd: directory, env }
    const exitCode = await runProgram(plan, {
      output: 'collect',
      onOutput: (chunk) => void (output += Buffer.from(chunk).toString()),
    })
    return { exitCode, output: output.trim() }
  }
  const must = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, output } = await git(...args)
    if (exitCode !== 0) throw refused(`git ${args[0] ?? ''} ended with ${exitCode}: ${output.split('\n')[0] ?? ''}`)
  }
  if ((await git('rev-parse', '--is-inside-work-tree')).output !== 'true') return undefined
  return {
    async checkReady(tag) {
      const { output } = await git('status', '--porcelain', '--untracked-files=no', '--', '.')
      if (output !== '')
        throw refused(`the work tree has changes that are not committed: ${output.split('\n')[0] ?? ''}`)
      const { exitCode } = await git('rev-parse', '--quiet', '--verify', `refs/tags/${tag}`)
      if (exitCode === 0) throw refused(`there is a tag ${tag} already`)
    },
    async record(files, { tag, message }) {
      await must('add', '--', ...files)
      await must('commit', '--quiet', '--message', message)
      await must('tag', '--annotate', '--message', message, tag)
    },
  }
}

function refused(sentence: string): Error {
  return userError('GIT_REFUSED', sentence, {
    hint: 'commit or mend it and run the command again, or leave git alone with --no-git',
  })
}
