/**
 * What supervisor and workers tell each other over Node's IPC channel. Both ends of a channel are always from the same
 * release, so there is one version of it; the field `alkahest` tells it from the application's own messages.
 */

import type { Line } from './admin-channel.ts'
import type { ConsoleRequest } from './console.ts'

/** Where a worker's server wants to listen, after names were looked up. */
export type ListenAddress = {
  /** An IP address; undefined means every address, IPv6 when the machine has it. */
  readonly host: string | undefined
  readonly port: number
  readonly ipv6Only: boolean
}

/** Connections of a draining worker: let clients finish on them (another worker takes the new ones), or end them soon. */
export type DrainMode = 'handover' | 'stop'

export type ToWorker =
  /** Comes with a handle, unless there is an error code. */
  | { readonly alkahest: 'handle'; readonly id: number; readonly error?: string }
  | { readonly alkahest: 'drain'; readonly mode: DrainMode; readonly deadlineMs: number }
  | { readonly alkahest: 'ask'; readonly id: number; readonly question: Question }

/** What the supervisor wants to know of a worker, or have done in it. */
export type Question =
  | { readonly what: 'health'; readonly path: string }
  | { readonly what: 'evaluate'; readonly code: string }
  | { readonly what: 'console'; readonly request: ConsoleRequest }

export type FromWorker =
  | { readonly alkahest: 'listen'; readonly id: number; readonly address: ListenAddress }
  | { readonly alkahest: 'listening'; readonly port: number }
  /** The address turned out to be taken by someone else. */
  | { readonly alkahest: 'unlisten'; readonly address: ListenAddress }
  | { readonly alkahest: 'answer'; readonly id: number; readonly result?: Line; readonly error?: string }

/** The application's own word for `ready: 'message'`, the same as pm2's. */
export const READY_MESSAGE = 'ready'

/** A message of ours, or undefined for the application's. The other end is our own code: its fields need no check. */
export function toWorker(value: unknown): ToWorker | undefined {
  return isOurs(value) ? (value as ToWorker) : undefined
}

export function fromWorker(value: unknown): FromWorker | undefined {
  return isOurs(value) ? (value as FromWorker) : undefined
}

function isOurs(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'alkahest' in value
}
