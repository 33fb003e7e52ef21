/** What tasks, chains of commands and completion print under `--json`. */
import type { TaskReport, TasksReport } from '@alkahest/ops'
import { list, number, object, ok, optional, text } from './shape.ts'
import type { JsonDocument } from './shape.ts'

export const taskDocuments: readonly JsonDocument[] = [
  {
    title: 'Tasks',
    commands: ['alk task'],
    about: 'Without a name: what the project can do for itself.',
    shape: object<{ ok: true } & TasksReport>({
      ...ok,
      tasks: list(
        object<TasksReport['tasks'][number]>({
          name: text('`db.migrate`'),
          source: text('the file, relative to its package'),
          summary: text('one line; empty when it says nothing of itself'),
        }),
        'sorted by name',
      ),
      aliases: list(
        object<TasksReport['aliases'][number]>({ name: text('`check`'), meaning: text('its lines') }),
        'names for command lines',
      ),
    }),
  },
  {
    title: 'Task',
    commands: ['alk task NAME'],
    about: 'What the task prints goes to stderr.',
    shape: object<{ ok: true } & TaskReport>({ ...ok, exitCode: number('0'), help: optional(text('with `--help`')) }),
  },
  {
    title: 'Do',
    commands: ['alk do'],
    about: 'After the documents of its lines; a line that fails is the last one.',
    shape: object({ ...ok, lines: list(text('a command line'), 'those that ran, all of them well') }),
  },
  {
    title: 'Completion',
    commands: ['alk completion'],
    about: 'What a person would see.',
    shape: object({ ...ok, text: text('a script, or a word in each line') }),
  },
]
