import type { CommandDefinition } from '../command.ts'
import { renderTasks } from '../render/tasks.ts'

export const taskCommand: CommandDefinition = {
  operands: [
    { notation: '[name]', meaning: 'the task; without it all of them are listed' },
    { notation: '[args...]', meaning: 'everything after the name is its own; --help shows what it takes' },
  ],
  manual: [
    "Runs code of the project's own: a file of its folder tasks (tasks/db/migrate.ts is db.migrate) or an entry under tasks in alkahest.config.ts. Tasks that it needs run before it, each once per invocation.",
  ],
  options: [],
  examples: [
    { line: 'alk task', meaning: 'what there is' },
    { line: 'alk task db.migrate --help', meaning: 'what a task does and takes' },
    { line: 'alk task db.seed --rows 100', meaning: 'run it' },
  ],
  runsProgram: true,
  run: async ({ operands: [name, ...args], context, operations }) => {
    if (name === undefined) {
      const report = await operations.tasks(context)
      return { document: report, text: (style) => renderTasks(report, style) }
    }
    const report = await operations.task(context, { name, args })
    return { document: report, ...(report.help === undefined ? {} : { text: () => report.help ?? '' }) }
  },
}
