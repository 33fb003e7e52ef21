/** Values that were asked for lately, bounded by what they weigh: the oldest use leaves first. */

export type SizedCacheOptions<Value> = {
  /** Of all values together, in the unit of `sizeOf`: bytes, as a rule. */
  readonly sizeMax: number
  readonly sizeOf: (value: Value) => number
  /** For small values, whose keys weigh more than they do. */
  readonly countMax?: number
}

export class SizedCache<Value> {
  readonly #options: SizedCacheOptions<Value>
  readonly #values = new Map<string, Value>()
  #size = 0

  constructor(options: SizedCacheOptions<Value>) {
    this.#options = options
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    // A Map keeps the order of insertion: what was used last is put last.
    this.#values.delete(key)
    this.#values.set(key, value)
    return value
  }

  /** Without counting as a use: cheaper where every hit counts. */
  peek(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    const { sizeMax, sizeOf, countMax = Infinity } = this.#options
    const size = sizeOf(value)
    // One that takes a quarter of the room would push out everything that many ask for.
    if (size > sizeMax / 4) return
    this.delete(key)
    this.#values.set(key, value)
    this.#size += size
    for (const oldest of this.#values.keys()) {
      if (this.#size <= sizeMax && this.#values.size <= countMax) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const value = this.#values.get(key)
    if (value === undefined) return
    this.#values.delete(key)
    this.#size -= this.#options.sizeOf(value)
  }
}

/** Of encoded documents. */
export class BodyCache extends SizedCache<Buffer> {
  /** In bytes. */
  constructor(sizeMax: number) {
    super({ sizeMax, sizeOf: (body) => body.length })
  }
}
