/** What talks to registries, loaded and opened when something is first asked. */
import type { OperationContext } from './context.ts'
import type { Network, NetworkOptions } from './open-network.ts'

/** Opened at the first use: an install that finds everything in the store reads no configuration at all. */
export interface LazyNetwork extends Disposable {
  open(): Promise<Network>
}

export function lazyNetwork(context: OperationContext, options: NetworkOptions): LazyNetwork {
  let opened: Promise<Network> | undefined
  return {
    open: () => (opened ??= import('./open-network.ts').then(({ openNetwork }) => openNetwork(context, options))),
    [Symbol.dispose]: () =>
      void opened?.then(
        ({ http }) => http.close(),
        () => undefined,
      ), // what failed to open has nothing to close
  }
}

/** Runs `use` with an open network and closes its connections afterwards, whatever happened. */
export async function withNetwork<Result>(
  context: OperationContext,
  options: NetworkOptions,
  use: (network: Network) => Promise<Result>,
): Promise<Result> {
  using network = lazyNetwork(context, options)
  return await use(await network.open())
}
