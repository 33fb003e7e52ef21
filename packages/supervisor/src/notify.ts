/**
 * systemd's notify protocol. Node has no datagram socket of the Unix kind, so systemd's own program says it for us; the
 * unit needs `NotifyAccess=all`, since that is not the main process.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type Notification = 'ready' | 'stopping'

/** The protocol's own words: systemd-notify has no option for the second before version 253. */
const STATES: Readonly<Record<Notification, string>> = { ready: 'READY=1', stopping: 'STOPPING=1' }

/** Says it when systemd listens (`NOTIFY_SOCKET`); otherwise nothing. `failed` gets the reason when it cannot be said. */
export async function notifySystemd(
  notification: Notification,
  { variables, failed }: { readonly variables: NodeJS.ProcessEnv; readonly failed: (reason: string) => void },
): Promise<void> {
  if (variables.NOTIFY_SOCKET === undefined) return
  const child = spawn('systemd-notify', [`--pid=${process.pid}`, STATES[notification]], {
    env: variables,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) failed(`systemd-notify ended with ${code}`)
  } catch (error) {
    failed(`systemd-notify cannot be run: ${String(error)}`)
  }
}
