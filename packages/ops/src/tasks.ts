/** `alk task`: what the project can do for itself, and doing it. A member finds its own tasks first, then its workspace's. */
import { runTask } from '@alkahest/build'
import { findProject, openTasks, projectConfiguration, writeConfigTypes } from '@alkahest/project'
import type { ConfiguredPlace, ProjectTask, ProjectTasks, TaskDefinition } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import type { TaskReport, TasksReport } from './reports.ts'

export type TaskOptions = {
  readonly name: string
  /** `--help` among them asks for help. */
  readonly args: readonly string[]
}

/** Imports no task. Throws `CONFIG_INVALID`. */
export async function tasks(context: OperationContext): Promise<TasksReport> {
  const configuration = await projectConfiguration(await findProject(context.cwd))
  const byName = new Map<string, ProjectTask>()
  for (const place of configuration.places.map(withTasks).toReversed()) {
    for (const task of await place.tasks.list()) byName.set(task.name, task)
  }
  return {
    tasks: [...byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    aliases: Object.entries(configuration.aliases).map(([name, alias]) => ({
      name,
      meaning: typeof alias === 'function' ? 'code of alkahest.config.ts' : alias.join(' + '),
    })),
  }
}

/** Throws what `runTask` throws. */
export async function task(context: OperationContext, { name, args }: TaskOptions): Promise<TaskReport> {
  const project = await findProject(context.cwd)
  const places = (await projectConfiguration(project)).places.map(withTasks)
  const found = await findTask(places, name)
  const place = found?.place ??
    places[0] ?? { directory: project.directory, tasks: openTasks(project.directory, undefined) }
  await writeConfigTypes(place.directory)
  const build = await openBuild(context, { directory: place.directory, preferred: found?.task.environment ?? 'dev' })
  const { exitCode, help } = await runTask(build, {
    tasks: place.tasks,
    name,
    args,
    environment: build.environment.ALK_ENV ?? 'dev',
    ...(context.taskRuns === undefined ? {} : { runs: context.taskRuns }),
  })
  return { exitCode, ...(help === undefined ? {} : { help }) }
}

type Place = { readonly directory: string; readonly tasks: ProjectTasks }

function withTasks({ directory, config }: ConfiguredPlace): Place {
  return { directory, tasks: openTasks(directory, config) }
}

async function findTask(
  places: readonly Place[],
  name: string,
): Promise<{ readonly place: Place; readonly task: TaskDefinition } | undefined> {
  for (const place of places) {
    const task = await place.tasks.find(name)
    if (task !== undefined) return { place, task }
  }
  return undefined
}
