/** Encoded documents that were asked for lately, bounded in bytes: the oldest use leaves first. */

export class BodyCache {
  readonly #sizeMax: number
  readonly #bodies = new Map<string, Buffer>()
  #size = 0

  /** In bytes. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  get(key: string): Buffer | undefined {
    const body = this.#bodies.get(key)
    if (body === undefined) return undefined
    // A Map keeps the order of insertion: what was used last is put last.
    this.#bodies.delete(key)
    this.#bodies.set(key, body)
    return body
  }

  set(key: string, body: Buffer): void {
    // One that takes a quarter of the room would push out everything that many ask for.
    if (body.length > this.#sizeMax / 4) return
    this.delete(key)
    this.#bodies.set(key, body)
    this.#size += body.length
    for (const oldest of this.#bodies.keys()) {
      if (this.#size <= this.#sizeMax) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const body = this.#bodies.get(key)
    if (body === undefined) return
    this.#bodies.delete(key)
    this.#size -= body.length
  }
}
