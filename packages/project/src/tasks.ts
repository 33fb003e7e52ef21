/**
 * The tasks of a project: those of alkahest.config.ts, and one for each file of its folder `tasks`, named by the way to
 * it (`tasks/db/migrate.ts` is `db.migrate`). A file is imported only when its task is wanted.
 */
import { globSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { userError } from '@alkahest/core'
import { parseTask } from './config.ts'
import type { ProjectConfig, TaskDefinition } from './config.ts'
import { readTextFile } from './file.ts'

export type ProjectTask = {
  readonly name: string
  /** Where it comes from, relative to the project. */
  readonly source: string
  /** One line; from the definition, or from the comment at the top of its file. */
  readonly summary: string
}

const TASK_COUNT_MAX = 1000

export type ProjectTasks = {
  /** Sorted by name; imports nothing but what was imported already. */
  list(): Promise<readonly ProjectTask[]>
  /** Undefined when there is no such task. Throws `CONFIG_INVALID` when its file is none. */
  find(name: string): Promise<TaskDefinition | undefined>
}

export function openTasks(directory: string, config: ProjectConfig | undefined): ProjectTasks {
  const files = taskFiles(directory)
  const configured = config?.tasks ?? {}
  return {
    async list() {
      const fromConfig = Object.entries(configured).map(([name, task]) => ({
        name,
        source: 'alkahest.config.ts',
        summary: firstLine(task.description ?? ''),
      }))
      const fromFiles = await Promise.all(
        [...files].map(async ([name, file]) => ({ name, source: file, summary: await summaryOf(directory, file) })),
      )
      return [...fromConfig, ...fromFiles.filter(({ name }) => !Object.hasOwn(configured, name))].sort((left, right) =>
        left.name < right.name ? -1 : 1,
      )
    },
    async find(name) {
      if (Object.hasOwn(configured, name)) return configured[name]
      const file = files.get(name)
      return file === undefined ? undefined : importTask(directory, file)
    },
  }
}

function taskFiles(directory: string): ReadonlyMap<string, string> {
  const paths = globSync('tasks/**/*.ts', { cwd: directory }).map((path) => path.split(sep).join('/'))
  const files = paths
    .filter((path) => !/\.(?:d|test)\.ts$/.test(path))
    .sort()
    .slice(0, TASK_COUNT_MAX)
  return new Map(files.map((path) => [path.slice('tasks/'.length, -'.ts'.length).replaceAll('/', '.'), path]))
}

async function importTask(directory: string, file: string): Promise<TaskDefinition> {
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(join(directory, file)).href)) as { readonly default?: unknown }).default
  } catch (cause) {
    throw userError(
      'CONFIG_INVALID',
      `${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  const task = parseTask(exported, `the default export of ${file}`)
  return task.description === undefined ? { ...task, description: await docOf(directory, file) } : task
}

/** The first line of the comment at the top of the file, or `description: '...'` in it: read, not run. */
async function summaryOf(directory: string, file: string): Promise<string> {
  const text = (await readTextFile(join(directory, file), file)) ?? ''
  const stated = /\bdescription:\s*(['"`])((?:[^\\]|\\.)*?)\1/m.exec(text)?.[2]
  return firstLine((await docOf(directory, file)) ?? stated ?? '')
}

async function docOf(directory: string, file: string): Promise<string | undefined> {
  const text = (await readTextFile(join(directory, file), file)) ?? ''
  const comment = /^\s*\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]
  return comment
    ?.split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
