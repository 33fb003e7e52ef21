/**
 * What the supervisor and a generation in a process of its own tell each other. The two may be of different versions of
 * Alkahest, so unlike worker messages these may only grow. Protocol: docs/internals/supervisor.md#generations
 */
import type { Line } from './admin-channel.ts'
import type { LogRecord } from './log.ts'
import type { DrainMode, ListenAddress } from './messages.ts'

export type ToGeneration =
  /** Comes with a handle, unless there is an error code. */
  | { readonly generation: 'socket'; readonly id: number; readonly error?: string }
  | { readonly generation: 'ask'; readonly id: number; readonly command: string; readonly input: Line }
  | { readonly generation: 'stop'; readonly mode: DrainMode }

export type FromGeneration =
  | { readonly generation: 'acquire'; readonly id: number; readonly address: ListenAddress }
  | { readonly generation: 'release'; readonly address: ListenAddress }
  | { readonly generation: 'log'; readonly record: LogRecord }
  | { readonly generation: 'ready' }
  | { readonly generation: 'answer'; readonly id: number; readonly result?: Line; readonly error?: string }
  /** It is about to exit: with a reason when it failed. */
  | { readonly generation: 'ended'; readonly reason?: string; readonly exitCode?: number }

export function toGeneration(value: unknown): ToGeneration | undefined {
  return isOurs(value) ? (value as ToGeneration) : undefined
}

export function fromGeneration(value: unknown): FromGeneration | undefined {
  return isOurs(value) ? (value as FromGeneration) : undefined
}

function isOurs(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'generation' in value
}
