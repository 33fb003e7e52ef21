/** Counters in Prometheus' text format (version 0.0.4): requests by kind and status, bytes, and how far the event loop lags. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { AccessEntry } from '../access-log.ts'

const NANOSECONDS = 1e9
const LOOP_RESOLUTION_MS = 20

/** Upper bounds in seconds. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10] as const

export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #buckets: number[] = BUCKETS.map(() => 0)
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  #count = 0
  #seconds = 0
  #bytes = 0

  constructor() {
    this.#loop.enable()
  }

  observe(entry: AccessEntry): void {
    const labels = `kind="${entry.kind ?? 'other'}",status="${entry.status}",source="${entry.source ?? 'none'}"`
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
    const seconds = entry.milliseconds / 1000
    this.#count++
    this.#seconds += seconds
    this.#bytes += entry.bytes
    for (const [index, bound] of BUCKETS.entries())
      if (seconds <= bound) this.#buckets[index] = (this.#buckets[index] ?? 0) + 1
  }

  format(counts: { readonly packages: number; readonly versions: number }): string {
    const lines = [
      ...describe('alkahest_registry_requests_total', 'counter', 'Requests answered.'),
      ...[...this.#requests].map(([labels, count]) => `alkahest_registry_requests_total{${labels}} ${count}`),
      ...describe('alkahest_registry_request_seconds', 'histogram', 'How long requests took.'),
      ...BUCKETS.map(
        (bound, index) => `alkahest_registry_request_seconds_bucket{le="${bound}"} ${this.#buckets[index]}`,
      ),
      `alkahest_registry_request_seconds_bucket{le="+Inf"} ${this.#count}`,
      `alkahest_registry_request_seconds_sum ${this.#seconds}`,
      `alkahest_registry_request_seconds_count ${this.#count}`,
      ...gauge('alkahest_registry_sent_bytes_total', 'counter', 'Bytes of bodies sent.', this.#bytes),
      ...gauge('alkahest_registry_packages', 'gauge', 'Packages published here.', counts.packages),
      ...gauge('alkahest_registry_versions', 'gauge', 'Versions published here.', counts.versions),
      ...gauge(
        'alkahest_registry_loop_delay_p99_seconds',
        'gauge',
        'Delay of the event loop.',
        // What is measured is the time between two looks at the clock, their distance included.
        Math.max(this.#loop.percentile(99) / NANOSECONDS - LOOP_RESOLUTION_MS / 1000, 0),
      ),
      ...gauge('process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
    ]
    return `${lines.join('\n')}\n`
  }

  close(): void {
    this.#loop.disable()
  }
}

function describe(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

type Gauge = [name: string, type: string, help: string, value: number]

function gauge(...[name, type, help, value]: Gauge): string[] {
  return [...describe(name, type, help), `${name} ${value}`]
}
