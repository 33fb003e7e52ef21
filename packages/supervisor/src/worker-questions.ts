/** What can be asked of one worker or of all: see look-inside.ts for the commands. */
import type { Line } from './admin-channel.ts'
import type { ConsoleRequest } from './console.ts'
import { Failure } from './failure.ts'
import type { Tree } from './tree.ts'

export async function askWorkers(tree: Tree, command: string, input: Line): Promise<Line> {
  if (command === 'info') {
    const workers = await Promise.all(
      tree
        .workers()
        .map(async (worker) => ({ name: worker.name, pid: worker.pid, ...(await worker.askAgent('info')) })),
    )
    return { workers }
  }
  const worker = tree.worker(typeof input.worker === 'string' ? input.worker : undefined)
  if (command === 'rpc') {
    const code = String(input.code)
    return input.force === true
      ? await worker.askAgent('evaluate', { code })
      : await worker.ask({ what: 'evaluate', code })
  }
  if (command === 'remote') return await worker.ask({ what: 'console', request: input.request as ConsoleRequest })
  if (command === 'stack' || command === 'profile' || command === 'heap') {
    return { worker: worker.name, ...(await worker.askAgent(command, input)) }
  }
  throw new Failure(`this version of the supervisor has no command ${command}`)
}
