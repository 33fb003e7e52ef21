/**
 * The machine's own git, run so that nothing it meets can hang, ask, or reach past the repository: no prompts, no hooks,
 * no submodules, named transports only, limits on time and output. Design: docs/internals/git.md
 */
import { spawn } from 'node:child_process'
import { userError } from '@alkahest/core'

/** A slow line fetches a large repository in this; in milliseconds. */
const RUN_TIME_MAX_MS = 10 * 60_000

/** What git may print, in bytes: whole packages go through here. */
const OUTPUT_SIZE_MAX = 512 * 1024 * 1024

/** Of what it says on stderr the beginning tells the cause, in bytes. */
const ERROR_SIZE_MAX = 64 * 1024

export type GitOptions = {
  /** Where bare repositories are kept, absolute; it exists. */
  readonly cacheDirectory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Nothing is asked of another machine. */
  readonly offline: boolean
  /** Held while a repository of the cache is written to. */
  readonly lock: (path: string) => Promise<Disposable>
  readonly signal?: AbortSignal
}

export type GitRun = {
  readonly args: readonly string[]
  /** Absolute; undefined for what needs no repository. */
  readonly directory?: string
  readonly input?: string
}

export type GitEnded = { readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }

/** Settings that stand above those of the user: what a fetch brings runs nothing and starts nothing. */
const SETTINGS = ['core.hooksPath=/dev/null', 'gc.auto=0', 'maintenance.auto=false', 'advice.detachedHead=false']

/** Throws `GIT_MISSING`, and `GIT_FAILED` when a limit was hit; how git itself ended is the caller's to judge. */
export async function runGit({ args, directory, input }: GitRun, options: GitOptions): Promise<GitEnded> {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  const place = directory === undefined ? [] : [`--git-dir=${directory}`]
  const child = spawn('git', [...settings, ...place, ...args], {
    cwd: options.cacheDirectory,
    env: gitEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: RUN_TIME_MAX_MS,
    killSignal: 'SIGKILL',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const output: Buffer[] = []
  let size = 0
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > OUTPUT_SIZE_MAX) child.kill('SIGKILL')
    else output.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < ERROR_SIZE_MAX) stderr += chunk.toString()
  })
  child.stdin.on('error', () => undefined) // it ended before it read everything: its exit code says why
  child.stdin.end(input ?? '')
  const ended = await new Promise<{ code: number | null; cause?: unknown }>((settle) => {
    child.on('error', (cause) => settle({ code: null, cause }))
    child.on('close', (code) => settle({ code }))
  })
  options.signal?.throwIfAborted()
  if ((ended.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw gitMissing(ended.cause)
  if (size > OUTPUT_SIZE_MAX) throw tooMuch(args)
  if (ended.code === null) throw tooLong(args, ended.cause)
  return { exitCode: ended.code, stdout: Buffer.concat(output), stderr: stderr.trim() }
}

/** The user's own, without what points git at another repository and with nothing that could ask. */
function gitEnvironment(env: GitOptions['env']): Record<string, string> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    return (
      entry[1] !== undefined && !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|PREFIX)$/.test(entry[0])
    )
  })
  return {
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: '0',
    // `ext::` runs any program: only what transports bytes is allowed, whatever an address or a redirect says.
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    LC_ALL: 'C',
  }
}

function gitMissing(cause: unknown): Error {
  return userError('GIT_MISSING', 'a dependency comes from a git repository, and there is no program called git', {
    hint: 'install git, or depend on a published version or a tarball',
    cause,
  })
}

function tooMuch(args: readonly string[]): Error {
  return userError('GIT_FAILED', `git ${args[0] ?? ''} gave more than ${OUTPUT_SIZE_MAX / 1024 / 1024} MB`, {
    hint: 'depend on a published version, or on a tarball of it',
  })
}

function tooLong(args: readonly string[], cause: unknown): Error {
  return userError('GIT_FAILED', `git ${args[0] ?? ''} did not end within ${RUN_TIME_MAX_MS / 60_000} minutes`, {
    hint: 'look whether `git ls-remote` reaches the repository',
    cause,
  })
}
