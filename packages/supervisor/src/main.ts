/**
 * The program inside every release: the supervisor, the code that it puts into every worker, and the commands that steer
 * it. `bin/NAME` runs it; which of the three it is follows from how it was loaded. It has no dependency at all, not even
 * on the other packages: it travels. Design: docs/internals/supervisor.md
 */
import { isMainThread } from 'node:worker_threads'
import { runAgent } from './agent.ts'
import { runCommand } from './commands.ts'
import { enterWorker } from './worker-entry.ts'

/** `?worker`: loaded before the application's own entry. As a thread: the agent beside it. Anything else is a command. */
if (new URL(import.meta.url).search === '?worker') enterWorker()
else if (!isMainThread) runAgent()
else await leaveWith(runCommand(process.argv.slice(2)))

/** What serves ends here even with others connected: that the process is gone is what they wait for. */
async function leaveWith(running: Promise<number>): Promise<void> {
  process.exitCode = await running
  if (['start', 'start_repl', 'generation'].includes(process.argv[2] ?? '')) process.exit()
}
