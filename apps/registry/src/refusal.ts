/** An answer that is not the one the client hoped for: its HTTP status and one sentence for the person before the terminal. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}) {
    super(sentence)
    this.status = status
    this.headers = headers
  }
}

export const refusals = {
  unauthenticated: (what: string): Refusal =>
    new Refusal(401, `${what} needs a login: run \`npm login\` or \`alk login\` with this registry`, {
      'www-authenticate': 'Bearer realm="alkahest"',
    }),
  forbidden: (sentence: string): Refusal => new Refusal(403, sentence),
  notFound: (what: string): Refusal => new Refusal(404, `${what} not found`),
  invalid: (sentence: string): Refusal => new Refusal(400, sentence),
  conflict: (sentence: string): Refusal => new Refusal(409, sentence),
}
