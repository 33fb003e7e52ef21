/** Tasks and aliases of a project, for `alk task` and at the end of `alk help`. */
import type { TasksReport } from '@alkahest/ops'
import type { Style } from '../style.ts'
import { table } from './table.ts'

export function renderTasks(report: TasksReport, style: Style): string {
  const sections = projectSections(report, style)
  return sections === '' ? 'the project has no tasks: make a file in tasks, such as tasks/db/seed.ts\n' : sections
}

/** Nothing when there are neither. */
export function projectSections({ tasks, aliases }: TasksReport, style: Style): string {
  const parts = [
    heading(
      'Tasks of this project (alk task NAME):',
      tasks.map(({ name, summary }) => [name, summary]),
      style,
    ),
    heading(
      'Aliases of this project (alk NAME):',
      aliases.map(({ name, meaning }) => [name, meaning]),
      style,
    ),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function heading(title: string, rows: readonly (readonly string[])[], style: Style): string {
  return rows.length === 0 ? '' : `${style.bold(title)}\n${table(rows)}`
}
