/** `start_repl`: the release in the foreground with a REPL in it; leaving the REPL stops it. */
import { connectToRunning } from './admin-client.ts'
import type { Environment } from './environment.ts'
import { remote } from './look-inside.ts'
import { supervise } from './supervise.ts'

export async function startWithRepl(environment: Environment): Promise<number> {
  const ready = Promise.withResolvers<'ready'>()
  // What it says goes to the log: the terminal is the REPL's.
  const variables = { ...environment.variables, RELEASE_LOG: 'file' }
  const ended = supervise(variables, () => ready.resolve('ready'))
  const first = await Promise.race([ready.promise, ended])
  if (first !== 'ready') return first
  await Promise.race([remote(environment, []), ended])
  await stopIfRunning(environment)
  return await ended
}

async function stopIfRunning(environment: Environment): Promise<void> {
  await using running = await connectToRunning(environment)
  await running.ask('stop')
}
