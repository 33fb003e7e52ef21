/**
 * A bound TCP socket that accepts nothing. Node has no public way to bind without accepting; this is what its own
 * `cluster` module uses. Everything that touches Node's internals for it stands in this file, and a test runs it on every
 * Node line.
 */
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { ListenAddress } from './messages.ts'

/** Opaque; it can be sent to a child and closed. */
export type ListeningHandle = {
  readonly close: () => void
  readonly getsockname: (out: { address?: string; port?: number }) => number
}

type CreateServerHandle = (
  ...args: readonly [address: string | null, port: number, addressType: number, fd: number, flags: number]
) => ListeningHandle | number

const createServerHandle = (net as unknown as { readonly _createServerHandle: CreateServerHandle })._createServerHandle

/** libuv's UV_TCP_IPV6ONLY. */
const IPV6_ONLY = 1

export type BindOutcome =
  | { readonly kind: 'bound'; readonly handle: ListeningHandle; readonly address: string; readonly port: number }
  /** `EADDRINUSE`, `EACCES`, ... */
  | { readonly kind: 'failed'; readonly error: string }

/** Binds. No address means every address: IPv6 with IPv4 in it when the machine has IPv6, as Node does. */
export function bindHandle({ host, port, ipv6Only }: ListenAddress): BindOutcome {
  const flags = ipv6Only ? IPV6_ONLY : 0
  if (host !== undefined) return outcomeOf(createServerHandle(host, port, net.isIP(host), -1, flags))
  const both = outcomeOf(createServerHandle('::', port, 6, -1, flags))
  const missing =
    both.kind === 'failed' &&
    (both.error === 'EAFNOSUPPORT' || both.error === 'EINVAL' || both.error === 'EADDRNOTAVAIL')
  return missing ? outcomeOf(createServerHandle('0.0.0.0', port, 4, -1, 0)) : both
}

/** Takes over a socket that was inherited as a file descriptor. */
export function adoptHandle(fd: number): BindOutcome {
  return outcomeOf(createServerHandle(null, 0, 0, fd, 0))
}

/** libuv keeps "address in use" back until the socket is first looked at. */
function outcomeOf(handle: ListeningHandle | number): BindOutcome {
  if (typeof handle === 'number') return { kind: 'failed', error: getSystemErrorName(handle) }
  const name: { address?: string; port?: number } = {}
  const error = handle.getsockname(name)
  if (error !== 0) {
    handle.close()
    return { kind: 'failed', error: getSystemErrorName(error) }
  }
  return { kind: 'bound', handle, address: name.address ?? '', port: name.port ?? 0 }
}
