/** `status` for people. */
import type { Line } from './admin-channel.ts'
import type { WorkerStatus } from './tree.ts'

export function formatStatus(status: Line): string {
  const workers = status.workers as readonly WorkerStatus[]
  const listening = status.listening as readonly { readonly address: string; readonly port: number }[]
  return [
    `${String(status.name)} ${String(status.version)} ${String(status.state)}, process ${String(status.pid)}, Node ${String(status.node)}, since ${String(status.startedAt)}`,
    `listening on ${listening.length === 0 ? 'nothing' : listening.map(formatAddress).join(', ')}`,
    ...workers.map(
      ({ name, state, pid, restarts }) =>
        `  ${name}  ${state}${pid === null ? '' : `, process ${pid}`}, ${restarts} restarts`,
    ),
  ].join('\n')
}

function formatAddress({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
