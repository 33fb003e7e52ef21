/**
 * The program inside every release: the supervisor, the code that it puts into every worker, and the commands that steer
 * it. `bin/NAME` runs it; which of the three it is follows from how it was loaded. It has no dependency at all, not even
 * on the other packages: it travels. Design: docs/internals/supervisor.md
 */
import { runCommand } from './commands.ts'
import { enterWorker } from './worker-entry.ts'

/** `--import main.mjs?worker`: before the application's own entry. Anything else is a command. */
if (new URL(import.meta.url).search === '?worker') enterWorker()
else await leaveWith(runCommand(process.argv.slice(2)))

/** What serves ends here even with others connected: that the process is gone is what they wait for. */
async function leaveWith(running: Promise<number>): Promise<void> {
  process.exitCode = await running
  if (process.argv[2] === 'start' || process.argv[2] === 'generation') process.exit()
}
