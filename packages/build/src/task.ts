/**
 * `alk task`: code of the project's own, with typed options, help out of its docs, and other tasks that run before it. A
 * task runs once per invocation, however many ask for it. It runs in this process: starting another one would cost more
 * than most tasks.
 */
import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'
import { UserError, userError } from '@alkahest/core'
import type { ProjectTasks, TaskDefinition, TaskOption } from '@alkahest/project'
import type { Build, RunReport } from './build.ts'
import { exec } from './exec.ts'
import { nearestName } from './nearest-name.ts'
import { scriptEnvironment } from './script-environment.ts'

export type RunTaskOptions = {
  readonly tasks: ProjectTasks
  readonly name: string
  /** `--help` among them asks for help. */
  readonly args: readonly string[]
  /** The name of the environment, as the task sees it. */
  readonly environment: string
  /** Tasks that were started before in the same invocation, by folder and name; what starts now is added. */
  readonly runs?: Map<string, Promise<unknown>>
}

export type TaskReport = RunReport & {
  /** The text of `--help`; undefined when the task ran. */
  readonly help: string | undefined
}

type OptionValues = Readonly<Record<string, string | boolean | number | undefined>>

/** Throws `TASK_NOT_FOUND`, `TASK_USAGE_INVALID`, `TASK_CYCLE`, and `TASK_FAILED` around what a task throws. */
export async function runTask(build: Build, options: RunTaskOptions): Promise<TaskReport> {
  const task = await findTask(options.tasks, options.name)
  if (options.args.includes('--help') || (options.args.includes('-h') && !hasShort(task, 'h'))) {
    return { exitCode: 0, help: taskHelp(options.name, task) }
  }
  const run = new TaskRun(build, options)
  await inItsWorld(build, () => run.task(options.name, options.args, []))
  return { exitCode: 0, help: undefined }
}

/** One invocation: what ran in it does not run again. */
class TaskRun {
  readonly #build: Build
  readonly #options: RunTaskOptions
  readonly #started: Map<string, Promise<unknown>>

  constructor(build: Build, options: RunTaskOptions) {
    this.#build = build
    this.#options = options
    this.#started = options.runs ?? new Map<string, Promise<unknown>>()
  }

  /** `open` are the tasks that wait for this one. */
  async task(name: string, args: readonly string[], open: readonly string[]): Promise<unknown> {
    if (open.includes(name)) throw userError('TASK_CYCLE', `the tasks ${[...open, name].join(' -> ')} need each other`)
    const key = `${this.#build.directory} ${name}`
    const started = this.#started.get(key) ?? this.#start(name, args, [...open, name])
    this.#started.set(key, started)
    return started
  }

  async #start(name: string, args: readonly string[], open: readonly string[]): Promise<unknown> {
    const task = await findTask(this.#options.tasks, name)
    const { values, positionals } = readArguments(name, task, args)
    for (const needed of task.needs) await this.task(needed, [], open)
    const context = {
      options: values,
      args: positionals,
      directory: this.#build.directory,
      environment: this.#options.environment,
      task: (other: string, otherArgs: readonly string[] = []) => this.task(other, otherArgs, open),
      exec: (command: string, commandArgs: readonly string[] = []) => this.#exec(name, command, commandArgs),
    }
    try {
      return await task.run(context as never)
    } catch (cause) {
      if (cause instanceof UserError) throw cause
      throw userError(
        'TASK_FAILED',
        `the task ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
    }
  }

  async #exec(name: string, command: string, args: readonly string[]): Promise<void> {
    const { exitCode } = await exec({ ...this.#build, invokedFrom: this.#build.directory }, { command, args })
    if (exitCode !== 0) throw userError('TASK_FAILED', `the task ${name} failed: ${command} ended with ${exitCode}`)
  }
}

/** What `alk task NAME --help` shows: the task's own docs and its options. */
export function taskHelp(name: string, task: TaskDefinition): string {
  const options = Object.entries(task.options).map(([option, definition]) => {
    const value = definition.type === 'boolean' ? '' : ` <${definition.type}>`
    const flag = `  ${definition.short === undefined ? '    ' : `-${definition.short}, `}--${option}${value}`
    const choices = definition.choices === undefined ? '' : ` (one of ${definition.choices.join(', ')})`
    const standard = definition.default === undefined ? '' : ` (default: ${String(definition.default)})`
    return `${flag.padEnd(28)} ${definition.description ?? ''}${choices}${standard}`.trimEnd()
  })
  return [
    `Usage: alk task ${name}${options.length === 0 ? '' : ' [options]'} [args...]`,
    ...(task.description === undefined ? [] : ['', task.description]),
    ...(options.length === 0 ? [] : ['', ...options]),
    ...(task.needs.length === 0 ? [] : ['', `Runs before: ${task.needs.join(', ')}`]),
    '',
  ].join('\n')
}

async function findTask(tasks: ProjectTasks, name: string): Promise<TaskDefinition> {
  const task = await tasks.find(name)
  if (task !== undefined) return task
  const names = (await tasks.list()).map((known) => known.name)
  const nearest = nearestName(name, names)
  const known = names.length === 0 ? 'the project has no tasks' : `tasks: ${names.join(', ')}`
  throw userError('TASK_NOT_FOUND', `there is no task ${JSON.stringify(name)}`, {
    hint: nearest === undefined ? known : `did you mean ${nearest}? ${known}`,
  })
}

function readArguments(
  name: string,
  task: TaskDefinition,
  args: readonly string[],
): { values: OptionValues; positionals: readonly string[] } {
  const config = Object.fromEntries(
    Object.entries(task.options).map(([option, { type, short }]) => [
      option,
      { type: type === 'boolean' ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
    ]),
  ) as ParseArgsOptionsConfig
  let parsed: { values: OptionValues; positionals: readonly string[] }
  try {
    parsed = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      allowNegative: true,
    }) as typeof parsed
  } catch (cause) {
    throw misused(name, cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause))
  }
  const values = Object.entries(task.options).map(([option, definition]) => [
    option,
    readValue(name, option, { definition, given: parsed.values[option] }),
  ])
  return { values: Object.fromEntries(values) as OptionValues, positionals: parsed.positionals }
}

function readValue(
  name: string,
  option: string,
  { definition, given }: { definition: TaskOption; given: OptionValues[string] },
): OptionValues[string] {
  const value = given === undefined ? definition.default : given
  if (value === undefined || typeof value === 'boolean') return value
  if (definition.choices?.includes(String(value)) === false) {
    throw misused(name, `--${option} is ${JSON.stringify(value)}, which is not one of ${definition.choices.join(', ')}`)
  }
  if (definition.type !== 'number' || typeof value === 'number') return value
  const number = Number(value)
  if (value.trim() === '' || Number.isNaN(number))
    throw misused(name, `--${option} is ${JSON.stringify(value)}, which is no number`)
  return number
}

function misused(name: string, sentence: string): Error {
  return userError('TASK_USAGE_INVALID', `the task ${name} was called wrongly: ${sentence}`, {
    hint: `see \`alk task ${name} --help\``,
  })
}

function hasShort(task: TaskDefinition, letter: string): boolean {
  return Object.values(task.options).some((option) => option.short === letter)
}

/** A task reads `process.env` and the current folder as any program does; under --json what it prints goes to stderr. */
async function inItsWorld(build: Build, run: () => Promise<unknown>): Promise<void> {
  const before = { env: { ...process.env }, cwd: process.cwd(), write: process.stdout.write.bind(process.stdout) }
  Object.assign(process.env, scriptEnvironment(build))
  process.chdir(build.directory)
  if (build.childOutput === 'stderr') process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    await run()
  } finally {
    process.stdout.write = before.write
    process.chdir(before.cwd)
    for (const name of Object.keys(process.env)) if (!(name in before.env)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, before.env)
  }
}
