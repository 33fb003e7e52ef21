/** Bytes that are not what they should be. Whoever reads them for a client answers 422, whoever reads them from an upstream 502. */
export class HexFormatError extends Error {
  override readonly name = 'HexFormatError'
  /** What of it is wrong: a key of the metadata, or `tar`. */
  readonly field: string

  constructor(field: string, sentence: string, options?: { readonly cause?: unknown }) {
    super(sentence, options)
    this.field = field
  }
}
