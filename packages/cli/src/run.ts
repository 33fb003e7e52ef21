/**
 * One command line from start to exit code: parse, run the command, print what came of it. Everything that `alk` prints
 * itself passes through here, so a progress line never mixes with it and `--json` is one document whatever happens.
 */
import { resolve } from 'node:path'
import { UserError, userError } from '@alkahest/core'
import type { CommandLineStep, OperationContext, ProgressEvent } from '@alkahest/ops'
import { asksForJson, parseCommandLine } from './command-line.ts'
import { commandTable } from './command-table.ts'
import type { CommandLine } from './command-line.ts'
import type { CommandDefinition, Invocation, Outcome } from './command.ts'
import { EXIT_DONE, EXIT_WRONG_USAGE, exitCodeOf, failureOf, formatFailure, formatStack } from './failure.ts'
import { expandLine, folderBefore } from './lines.ts'
import { noProgressLine, startProgressLine, startStepLines } from './progress-line.ts'
import type { ProgressLine } from './progress-line.ts'
import { renderMemberOutput } from './render/member-output.ts'
import { projectSections } from './render/tasks.ts'
import { styleOf } from './style.ts'
import { VERSION } from './version.ts'
import type { StopSignal, World } from './world.ts'

/** A registry that does not answer has something to say about each of a thousand packages. */
const NOTES_MAX = 10

/** How long an interrupted operation may take to put things in order before the process ends anyway. */
const CLEANUP_MS = 1000

/** Never throws: what goes wrong is printed and said by the exit code. */
export async function run(world: World): Promise<number> {
  const json = asksForJson(world.argv)
  const invocation: OneInvocation = { world, taskRuns: new Map() }
  try {
    const steps = await stepsOf(invocation, json)
    if (steps === undefined) return await runLine(invocation, world.argv)
    moveTo(world, folderBefore(world.argv))
    for (const step of steps) {
      const exitCode = step.kind === 'call' ? await call(step) : await runLine(invocation, step.argv)
      if (exitCode !== EXIT_DONE) return exitCode
    }
    return EXIT_DONE
  } catch (thrown) {
    return fail(world, thrown, json)
  }
}

/** One call of `alk`, which may be several command lines. */
type OneInvocation = { readonly world: World; readonly taskRuns: Map<string, Promise<unknown>> }

/** Undefined when the line means itself. */
async function stepsOf({ world }: OneInvocation, json: boolean): Promise<readonly CommandLineStep[] | undefined> {
  const context = {
    ...operationContext(world, { json, verbose: false, progress: noProgressLine, signal: undefined }),
    cwd: resolve(world.cwd(), folderBefore(world.argv) ?? '.'),
  }
  const note = (text: string): void => context.progress({ kind: 'note', text })
  return expandLine({ argv: world.argv, context, loadOperations: () => world.loadOperations(), note })
}

async function call(step: Extract<CommandLineStep, { kind: 'call' }>): Promise<number> {
  await step.call()
  return EXIT_DONE
}

async function runLine(invocation: OneInvocation, argv: readonly string[]): Promise<number> {
  const world = { ...invocation.world, argv }
  const json = asksForJson(argv)
  try {
    const style = styleOf(world.stdout, world.env)
    const line = await parseCommandLine(argv, { style, columns: world.stdout.columns })
    if (line.kind === 'command') return await runCommand({ ...invocation, world }, line, json)
    return await answer(world, line, json)
  } catch (thrown) {
    return fail(world, thrown, json)
  }
}

async function answer(world: World, line: Exclude<CommandLine, { kind: 'command' }>, json: boolean): Promise<number> {
  if (line.kind === 'nothing') {
    if (json) throw userError('USAGE', 'no command was given', { hint: 'alk --help lists the commands' })
    world.stderr.write(line.text)
    return EXIT_WRONG_USAGE
  }
  const help = line.kind === 'help' ? `${line.text}${line.ofCommand ? '' : await projectHelp(world, json)}` : ''
  const text = line.kind === 'version' ? `${VERSION}\n` : help
  const document = line.kind === 'version' ? { version: VERSION } : { help }
  if (json) writeDocument(world, { ok: true, ...document })
  else world.stdout.write(text)
  return EXIT_DONE
}

/** What the project adds to the help; nothing outside of one, and a note when its configuration is broken. */
async function projectHelp(world: World, json: boolean): Promise<string> {
  const operations = await world.loadOperations()
  const context = operationContext(world, { json, verbose: false, progress: noProgressLine, signal: undefined })
  try {
    const sections = projectSections(await operations.tasks(context), styleOf(world.stdout, world.env))
    return sections === '' ? '' : `\n${sections}`
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    if (thrown.code !== 'PROJECT_NOT_FOUND') context.progress({ kind: 'note', text: thrown.message })
    return ''
  }
}

type RunningCommand = Extract<CommandLine, { kind: 'command' }>

async function runCommand(running: OneInvocation, line: RunningCommand, json: boolean): Promise<number> {
  const { world } = running
  moveTo(world, line.flags.text('C'))
  const progress = progressOf(world, line.definition)
  const interruption = line.definition.runsProgram === true ? undefined : watchSignals(world)
  try {
    const operations = await world.loadOperations()
    const invocation: Invocation = {
      operands: line.operands,
      flags: line.flags,
      json,
      context: operationContext(world, {
        json,
        verbose: line.flags.on('verbose'),
        progress,
        signal: interruption?.signal,
        taskRuns: running.taskRuns,
      }),
      world,
      commands: commandTable,
      runLine: (argv) => runLine(running, argv),
      operations,
      emit: (document) => {
        if (json) writeDocument(world, document)
      },
    }
    const outcomes = line.definition.run(invocation)
    const outcome = await (interruption === undefined ? outcomes : Promise.race([outcomes, interruption.ended]))
    progress.stop()
    return print(world, outcome, json)
  } catch (thrown) {
    progress.stop()
    const code = interruption?.exitCode()
    if (code === undefined) return fail(world, thrown, json)
    fail(world, interruption?.signal.reason, json)
    return code
  } finally {
    interruption?.stop()
  }
}

function moveTo(world: World, directory: string | undefined): void {
  if (directory === undefined) return
  try {
    world.changeDirectory(directory)
  } catch (cause) {
    throw userError('USAGE', `there is no folder ${directory} to act in (-C)`, { cause })
  }
}

function print(world: World, outcome: Outcome, json: boolean): number {
  if (json && outcome.document !== undefined) writeDocument(world, { ok: true, ...outcome.document })
  if (!json && outcome.text !== undefined) world.stdout.write(outcome.text(styleOf(world.stdout, world.env)))
  return outcome.exitCode ?? EXIT_DONE
}

function fail(world: World, thrown: unknown, json: boolean): number {
  const failure = failureOf(thrown)
  if (json) writeDocument(world, { ok: false, error: failure })
  else world.stderr.write(formatFailure(failure, styleOf(world.stderr, world.env)))
  if (world.argv.includes('--verbose')) world.stderr.write(formatStack(thrown))
  return exitCodeOf(failure)
}

function writeDocument(world: World, document: object): void {
  world.stdout.write(`${JSON.stringify(document)}\n`)
}

/** Only a person at a terminal sees any. */
function progressOf(world: World, definition: CommandDefinition): ProgressLine {
  const isWatched = world.stderr.isTTY === true && (world.env.CI ?? '') === '' && world.env.TERM !== 'dumb'
  if (!isWatched || definition.runsProgram === true) return noProgressLine
  const start = definition.startsPrograms === true ? startStepLines : startProgressLine
  return start(world.stderr, styleOf(world.stderr, world.env))
}

type ContextParts = {
  readonly json: boolean
  readonly verbose: boolean
  readonly progress: ProgressLine
  readonly signal: AbortSignal | undefined
  readonly taskRuns?: Map<string, Promise<unknown>>
}

function operationContext(world: World, { json, verbose, progress, signal, taskRuns }: ContextParts): OperationContext {
  const { env } = world
  const style = styleOf(world.stderr, env)
  const cwd = world.cwd()
  let notes = 0
  const report = (event: ProgressEvent): void => {
    if (event.kind === 'step') {
      progress.show(event)
      return
    }
    if (event.kind === 'output') {
      progress.clear()
      const stream = json ? world.stderr : world.stdout
      stream.write(renderMemberOutput(event, styleOf(stream, env)))
      return
    }
    const isAlwaysShown = verbose || event.decides === true
    if (!isAlwaysShown) notes++
    if (!isAlwaysShown && notes > NOTES_MAX + 1) return
    progress.clear()
    const isLast = !isAlwaysShown && notes === NOTES_MAX + 1
    world.stderr.write(`${style.dim(isLast ? 'further notes are left out; --verbose shows them' : event.text)}\n`)
  }
  return {
    cwd,
    env,
    home:
      env.ALKAHEST_HOME === undefined || env.ALKAHEST_HOME === ''
        ? resolve(world.userHome, '.alkahest')
        : resolve(cwd, env.ALKAHEST_HOME),
    now: () => world.now(),
    progress: report,
    childOutput: json ? 'stderr' : 'inherit',
    ...(signal === undefined ? {} : { signal }),
    ...(taskRuns === undefined ? {} : { taskRuns }),
  }
}

type Interruption = {
  readonly signal: AbortSignal
  /** Rejects when there is no more waiting. */
  readonly ended: Promise<never>
  /** As shells say it, 130 after Ctrl-C; undefined when nothing interrupted. */
  readonly exitCode: () => number | undefined
  readonly stop: () => void
}

const SIGNAL_NUMBERS: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * The first signal aborts the operation, which undoes what it began; the second, or an operation that does not come
 * back, ends the process: whatever it left is what a kill would have left, and the next run deals with that.
 */
function watchSignals(world: World): Interruption {
  const controller = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  let exitCode: number | undefined
  const stop = world.onStopSignal((signal) => {
    exitCode ??= 128 + SIGNAL_NUMBERS[signal]
    const reason = userError('INTERRUPTED', 'interrupted before it was done')
    if (controller.signal.aborted) {
      reject(reason)
      return
    }
    controller.abort(reason)
    timer = setTimeout(() => reject(reason), CLEANUP_MS)
  })
  return {
    signal: controller.signal,
    ended,
    exitCode: () => exitCode,
    stop: () => {
      clearTimeout(timer)
      stop()
    },
  }
}
