/** The lines of a body as it arrives, each a stream of its own: a line may be as large as a tarball. Empty ones are passed over. */

const NEWLINE = 0x0a

/** Each line must be read to its end before the next is asked for. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const chunks = new Chunks(body)
  for (;;) {
    let first = await chunks.next()
    while (first?.[0] === NEWLINE) {
      chunks.putBack(first.subarray(1))
      first = await chunks.next()
    }
    if (first === undefined) return
    chunks.putBack(first)
    yield lineOf(chunks)
  }
}

async function* lineOf(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
    const end = chunk.indexOf(NEWLINE)
    if (end < 0) {
      yield chunk
      continue
    }
    chunks.putBack(chunk.subarray(end + 1))
    yield chunk.subarray(0, end)
    return
  }
}

/** A source of which one can put back what one did not need. Never gives an empty chunk. */
class Chunks {
  readonly #source: AsyncIterator<Uint8Array>
  #kept: Uint8Array | undefined

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  putBack(chunk: Uint8Array): void {
    this.#kept = chunk.length === 0 ? undefined : chunk
  }

  async next(): Promise<Uint8Array | undefined> {
    const kept = this.#kept
    this.#kept = undefined
    if (kept !== undefined) return kept
    for (;;) {
      const step = await this.#source.next()
      if (step.done === true) return undefined
      if (step.value.length > 0) return step.value
    }
  }
}
