/** What `alk init`, the console, docs, versions, tasks, chains of commands and completion print under `--json`. */
import type { DocsReport, InitReport, RunReport, TaskReport, TasksReport, VersionReport } from '@alkahest/ops'
import { flag, list, number, object, ok, optional, orNull, text } from './shape.ts'
import type { JsonDocument } from './shape.ts'

export const taskDocuments: readonly JsonDocument[] = [
  {
    title: 'Init',
    commands: ['alk init'],
    about: 'What was added to the project, or would be.',
    shape: object<{ ok: true } & InitReport>({
      ...ok,
      directory: text('absolute'),
      name: text("the package's name"),
      files: list(text('path'), 'files that it lacked'),
      kept: list(text('path'), 'files that a new project has and this one has too; they stay as they are'),
      fields: list(text('`scripts.test`'), 'what package.json lacked'),
      written: flag('false: only a plan'),
    }),
  },
  {
    title: 'Console',
    commands: ['alk console'],
    about: 'After the person has left it.',
    shape: object<{ ok: true } & Pick<RunReport, 'exitCode'>>({ ...ok, exitCode: number('0') }),
  },
  {
    title: 'Docs',
    commands: ['alk docs'],
    about: 'What typedoc prints goes to stderr.',
    shape: object<{ ok: true } & DocsReport>({
      ...ok,
      exitCode: number('0'),
      directory: text('absolute: where index.html is'),
    }),
  },
  {
    title: 'The next version',
    commands: ['alk version'],
    about: 'What was written.',
    shape: object<{ ok: true } & VersionReport>({
      ...ok,
      name: text('package'),
      from: text('version before'),
      to: text('version now'),
      changelog: orNull(text('absolute: the changelog, when something unreleased was in it')),
      tag: orNull(text('null when git was left alone')),
    }),
  },
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
