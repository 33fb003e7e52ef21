/**
 * Loaded before a command (`node --import`): counts what changes the disk by phase, and ends the process with SIGKILL before the n-th write of one.
 * `ALK_KILL=phase:n` says where; `ALK_KILL_COUNTS=file` writes the counts down when the command ends by itself. Operations are the real ones.
 */
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { phaseOf } from './install-phases.ts'
import type { Phase } from './install-phases.ts'

const WRITES = [
  'chmod',
  'copyFile',
  'link',
  'mkdir',
  'open',
  'rename',
  'rm',
  'rmdir',
  'symlink',
  'unlink',
  'writeFile',
] as const

const [wantedPhase, wantedNth] = (process.env.ALK_KILL ?? '').split(':')
const counts: Record<Phase, number> = { fetch: 0, extract: 0, link: 0, state: 0, project: 0 }

function count(parameters: readonly unknown[]): void {
  const phase = phaseOf(parameters.filter((parameter) => typeof parameter === 'string'))
  if (phase === undefined) return
  counts[phase]++
  if (phase === wantedPhase && counts[phase] === Number(wantedNth)) process.kill(process.pid, 'SIGKILL')
}

/** Reading opens files too. */
function changes(name: string, parameters: readonly unknown[]): boolean {
  const flags = parameters[1] ?? 'r'
  return name !== 'open' || (typeof flags === 'string' && /[wa+]/.test(flags))
}

function watch(table: Record<string, (...parameters: unknown[]) => unknown>, suffix: string): void {
  for (const name of WRITES) {
    const original = table[`${name}${suffix}`]
    if (original === undefined) continue
    table[`${name}${suffix}`] = (...parameters) => {
      if (changes(name, parameters)) count(parameters)
      return original(...parameters)
    }
  }
}

watch(fs as unknown as Record<string, (...parameters: unknown[]) => unknown>, 'Sync')
watch(fsPromises as unknown as Record<string, (...parameters: unknown[]) => unknown>, '')
syncBuiltinESMExports()

const report = process.env.ALK_KILL_COUNTS
if (report !== undefined && isMainThread) process.on('exit', () => fs.appendFileSync(report, JSON.stringify(counts)))
