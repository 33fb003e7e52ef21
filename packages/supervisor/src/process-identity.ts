/** Whether a process is still the one that was noted: numbers are used again, start times are not. */
import { readFileSync } from 'node:fs'

export type ProcessIdentity = {
  readonly pid: number
  /** In clock ticks since boot, on Linux; empty where it cannot be known. */
  readonly startTime: string
}

/** Of a running process; undefined when there is none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  // 0 and below mean groups of processes.
  if (pid < 1) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists and is someone else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  return { pid, startTime: startTimeOf(pid) }
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  const found = identityOf(pid)
  return found !== undefined && (startTime === '' || found.startTime === '' || found.startTime === startTime)
}

/** Field 22 of /proc/PID/stat; the second field is a name in parentheses that may hold anything. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
