/** A world in one line: a command line, the operations it may call, and what came out of both streams. */
import type { Operations } from '../src/operations.ts'
import { run } from '../src/run.ts'
import type { StopSignal, World } from '../src/world.ts'

export type TestWorldOptions = {
  readonly operations?: Partial<{
    readonly [Name in keyof Operations]: (...parameters: Parameters<Operations[Name]>) => unknown
  }>
  readonly env?: World['env']
  readonly isTerminal?: boolean
  readonly stdin?: string
  /** Answers, in the order of the questions; undefined cancels. */
  readonly answers?: readonly (string | undefined)[]
}

export type TestRun = {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** What a person was asked. */
  readonly questions: readonly string[]
  readonly directories: readonly string[]
}

export async function alk(argv: readonly string[], options: TestWorldOptions = {}): Promise<TestRun> {
  return startAlk(argv, options).done
}

export function startAlk(
  argv: readonly string[],
  options: TestWorldOptions = {},
): { readonly done: Promise<TestRun>; signal(signal: StopSignal): void } {
  const printed = { stdout: '', stderr: '' }
  const questions: string[] = []
  const directories: string[] = []
  const listeners = new Set<(signal: StopSignal) => void>()
  const answers = [...(options.answers ?? [])]
  const ask = async (question: string): Promise<string | undefined> => {
    questions.push(question)
    return answers.shift()
  }
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY: options.isTerminal === true,
    columns: 100,
    write: (text: string) => {
      printed[name] += text
    },
  })
  const world: World = {
    argv,
    env: options.env ?? {},
    stdin: Object.assign(chunks(options.stdin ?? ''), { isTTY: options.isTerminal === true }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    userHome: '/home/ada',
    now: () => 0,
    cwd: () => directories.at(-1) ?? '/project',
    changeDirectory: (directory) => {
      if (directory === 'missing') throw new Error('ENOENT')
      directories.push(directory)
    },
    onStopSignal: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    loadOperations: async () => ({ ...withoutProject, ...options.operations }) as Operations,
    loadPrompts: async () => ({
      text: ask,
      choose: ask,
      secret: ask,
      confirm: async (question) => {
        const answer = await ask(question)
        return answer === undefined ? undefined : answer === 'yes'
      },
    }),
  }
  const done = run(world).then((exitCode) => ({ exitCode, ...printed, questions, directories }))
  return {
    done,
    signal: (signal) => {
      for (const listener of listeners) listener(signal)
    },
  }
}

/** What is asked before and beside every command; a project without aliases and tasks answers so. */
const withoutProject: Pick<Operations, 'expandCommandLine' | 'tasks'> = {
  expandCommandLine: async (_context, { argv }) => [{ kind: 'command', argv }],
  tasks: async () => ({ tasks: [], aliases: [] }),
}

async function* chunks(text: string): AsyncGenerator<string> {
  yield text
}
