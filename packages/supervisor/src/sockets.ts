/**
 * The listening sockets of a release. The supervisor binds them and never accepts; every worker gets the same sockets, so
 * connections wait in the kernel's queue while a worker is replaced, and none is refused when one is killed.
 */
import { adoptHandle, bindHandle } from './listening-handle.ts'
import type { BindOutcome, ListeningHandle } from './listening-handle.ts'
import type { ListenAddress } from './messages.ts'

/** systemd passes its sockets from this descriptor on. */
const FIRST_SYSTEMD_FD = 3

/** More than any program listens on; a worker that asks for more is broken. */
const SOCKETS_MAX = 256

/** Between two attempts at an address that the workers of a killed supervisor still hold. */
const RETRY_MS = 100

type Socket = { readonly handle: ListeningHandle; readonly address: string; readonly port: number }

export class Sockets {
  /** Until then (on the clock of `performance.now`) an address in use may still become free. */
  readonly #patientUntil: number
  readonly #byAddress = new Map<string, Socket>()
  /** Sockets from outside that nobody asked for yet. */
  readonly #inherited: Socket[] = []

  /** `patienceMs`: how long to wait for an address in use, after a supervisor that was killed. */
  constructor({ patienceMs = 0 }: { readonly patienceMs?: number } = {}) {
    this.#patientUntil = performance.now() + patienceMs
  }

  /** The socket for an address: the one there is, or a new one. */
  async acquire(address: ListenAddress): Promise<BindOutcome> {
    for (;;) {
      const outcome = this.#acquireNow(address)
      const mayBecomeFree =
        outcome.kind === 'failed' && outcome.error === 'EADDRINUSE' && performance.now() < this.#patientUntil
      if (!mayBecomeFree) return outcome
      await new Promise((resolve) => {
        setTimeout(resolve, RETRY_MS)
      })
    }
  }

  #acquireNow(address: ListenAddress): BindOutcome {
    const key = keyOf(address)
    const existing = this.#byAddress.get(key)
    if (existing !== undefined) return { kind: 'bound', ...existing }
    if (this.#byAddress.size >= SOCKETS_MAX) return { kind: 'failed', error: 'EMFILE' }
    const outcome = this.#takeInherited(address) ?? bindHandle(address)
    if (outcome.kind === 'bound') {
      this.#byAddress.set(key, { handle: outcome.handle, address: outcome.address, port: outcome.port })
    }
    return outcome
  }

  /** Forgets a socket that could not listen after all. */
  release(address: ListenAddress): void {
    const key = keyOf(address)
    this.#byAddress.get(key)?.handle.close()
    this.#byAddress.delete(key)
  }

  /** Adopts what systemd (or systemd-socket-activate) opened for us, when the variables say that it is for this process. */
  adoptFromSystemd(variables: NodeJS.ProcessEnv, processId: number): number {
    const count = Number(variables.LISTEN_FDS ?? 0)
    if (Number(variables.LISTEN_PID ?? 0) !== processId || !Number.isInteger(count)) return 0
    for (let fd = FIRST_SYSTEMD_FD; fd < FIRST_SYSTEMD_FD + Math.min(count, SOCKETS_MAX); fd++) {
      const outcome = adoptHandle(fd)
      if (outcome.kind === 'bound') this.#inherited.push(outcome)
    }
    return this.#inherited.length
  }

  list(): readonly { readonly address: string; readonly port: number }[] {
    return [...this.#byAddress.values()].map(({ address, port }) => ({ address, port }))
  }

  close(): void {
    for (const { handle } of [...this.#byAddress.values(), ...this.#inherited]) handle.close()
    this.#byAddress.clear()
    this.#inherited.length = 0
  }

  /** The port decides: who configured the socket outside chose the address there. */
  #takeInherited({ port }: ListenAddress): BindOutcome | undefined {
    const index = this.#inherited.findIndex((socket) => socket.port === port)
    const [socket] = index === -1 ? [] : this.#inherited.splice(index, 1)
    return socket === undefined ? undefined : { kind: 'bound', ...socket }
  }
}

function keyOf({ host, port, ipv6Only }: ListenAddress): string {
  return `${host ?? '*'} ${port}${ipv6Only ? ' ipv6' : ''}`
}
