/**
 * `--filter`, in pnpm's words: `name`, `@scope/*`, `./path`, `{path/**}`; `name...` with what it needs, `...name` with what
 * needs it, `^` in between leaves the named one out; `[ref]` what changed since a commit; `!` takes away.
 * https://pnpm.io/filtering
 */
import { execFile } from 'node:child_process'
import { matchesGlob, posix } from 'node:path'
import { promisify } from 'node:util'
import { userError } from '@alkahest/core'
import { memberGraph, reachable } from './member-graph.ts'
import type { MemberGraph } from './member-graph.ts'
import type { Member, Workspace } from './workspace.ts'

export type SelectMembersOptions = {
  readonly filters: readonly string[]
  /** Files that changed since a commit, POSIX, relative to the workspace; `changedSince` by default. */
  readonly changedFiles?: (root: string, reference: string) => Promise<readonly string[]>
}

const FILTER_COUNT_MAX = 100
/** Of git's answer, in bytes. */
const CHANGES_SIZE_MAX = 64 * 1024 * 1024

type Filter = {
  readonly excludes: boolean
  readonly withDependents: boolean
  readonly withDependencies: boolean
  /** `^`: the selected themselves are left out. */
  readonly dependentsOnly: boolean
  readonly dependenciesOnly: boolean
  readonly name: string | undefined
  readonly path: string | undefined
  readonly since: string | undefined
}

/**
 * The members that the filters ask for, the root first, then by path; all members when there are none, or when all of
 * them exclude. Throws `FILTER_INVALID`, and `FILTER_MATCHES_NOTHING` for one that selects no member.
 */
export async function selectMembers(workspace: Workspace, options: SelectMembersOptions): Promise<readonly Member[]> {
  if (options.filters.length > FILTER_COUNT_MAX)
    throw userError('FILTER_INVALID', `there are more than ${FILTER_COUNT_MAX} filters`)
  const graph = memberGraph(workspace)
  const filters = options.filters.map(parseFilter)
  const selected = new Set(filters.every((filter) => filter.excludes) ? workspace.members.map(({ path }) => path) : [])
  for (const [index, filter] of filters.entries()) {
    const own = await matching(workspace, filter, options.changedFiles ?? changedSince)
    const paths = widened(own, filter, graph)
    if (own.length === 0 && filter.since === undefined && !filter.excludes) {
      throw userError(
        'FILTER_MATCHES_NOTHING',
        `--filter ${options.filters[index] ?? ''} matches no member of the workspace`,
        {
          hint: `members: ${workspace.members.map(({ path, manifest }) => manifest.name ?? path).join(', ')}`,
        },
      )
    }
    for (const path of paths) {
      if (filter.excludes) selected.delete(path)
      else selected.add(path)
    }
  }
  return workspace.members.filter(({ path }) => selected.has(path))
}

/** Files that differ from a commit, committed or not, and new ones. Throws `FILTER_INVALID` when git does not know it. */
export async function changedSince(root: string, reference: string): Promise<readonly string[]> {
  const git = async (...args: readonly string[]): Promise<string[]> => {
    const { stdout } = await promisify(execFile)('git', ['-C', root, ...args], { maxBuffer: CHANGES_SIZE_MAX })
    return stdout.split('\0').filter((path) => path !== '')
  }
  try {
    // A reference that begins with a dash would be an option of git.
    const [commit = ''] = (await git('rev-parse', '--verify', '--end-of-options', `${reference}^{commit}`)).map(
      (line) => line.trim(),
    )
    const changed = await git('diff', '--name-only', '-z', '--relative', commit)
    return [...changed, ...(await git('ls-files', '--others', '--exclude-standard', '-z'))]
  } catch (cause) {
    throw userError('FILTER_INVALID', `git does not know ${JSON.stringify(reference)}, which a filter asks for`, {
      cause,
    })
  }
}

function parseFilter(text: string): Filter {
  const [, bang, before, beforeOnly, core = '', afterOnly, after] =
    /^(!)?(\.\.\.)?(\^)?(.*?)(\^)?(\.\.\.)?$/s.exec(text) ?? []
  const since = /\[([^\]]+)\]$/.exec(core)?.[1]
  const rest = since === undefined ? core : core.slice(0, -since.length - 2)
  const braced = /\{([^}]*)\}$/.exec(rest)?.[1]
  const named = braced === undefined ? rest : rest.slice(0, -braced.length - 2)
  const isPath = /^\.{0,2}\//.test(named) || named === '.'
  if (
    (rest === '' && since === undefined) ||
    (named.startsWith('..') && isPath) ||
    (beforeOnly !== undefined && before === undefined)
  ) {
    throw userError('FILTER_INVALID', `--filter ${JSON.stringify(text)} does not mean anything`, {
      hint: 'write a name, a glob of names, ./a/path, ...name, name... or [commit]',
    })
  }
  return {
    excludes: bang !== undefined,
    withDependents: before !== undefined,
    withDependencies: after !== undefined,
    dependentsOnly: beforeOnly !== undefined,
    dependenciesOnly: afterOnly !== undefined,
    name: isPath || named === '' ? undefined : named,
    path: braced ?? (isPath ? named : undefined),
    since,
  }
}

async function matching(
  workspace: Workspace,
  filter: Filter,
  changedFiles: (root: string, reference: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const pattern =
    filter.path === undefined ? undefined : posix.normalize(filter.path).replace(/^\.\//, '').replace(/\/$/, '')
  const members = workspace.members.filter(
    ({ path, manifest }) =>
      (filter.name === undefined || matchesName(manifest.name, filter.name)) &&
      (pattern === undefined || path === pattern || matchesGlob(path, pattern)),
  )
  if (filter.since === undefined) return members.map(({ path }) => path)
  const owners = new Set((await changedFiles(workspace.root, filter.since)).map((file) => ownerOf(workspace, file)))
  return members.map(({ path }) => path).filter((path) => owners.has(path))
}

/** A name without scope means the scoped one too, as in pnpm. */
function matchesName(name: string | undefined, pattern: string): boolean {
  if (name === undefined) return false
  if (name === pattern || matchesGlob(name, pattern)) return true
  return !pattern.includes('/') && !pattern.includes('*') && name.endsWith(`/${pattern}`)
}

/** The innermost member that holds a file. */
function ownerOf(workspace: Workspace, file: string): string {
  const holders = workspace.members.filter(({ path }) => path !== '.' && file.startsWith(`${path}/`))
  return holders.map(({ path }) => path).sort((left, right) => right.length - left.length)[0] ?? '.'
}

function widened(own: readonly string[], filter: Filter, graph: MemberGraph): readonly string[] {
  const keepsOwn = !(filter.dependentsOnly || filter.dependenciesOnly)
  return [
    ...(keepsOwn ? own : []),
    ...(filter.withDependencies ? reachable(own, graph.needs) : []),
    ...(filter.withDependents ? reachable(own, graph.neededBy) : []),
  ]
}
