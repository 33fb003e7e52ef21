/** Refusals in the sentences that Hex clients know and print. */
import { Refusal } from '../refusal.ts'
import { HexFormatError } from './formats/format-error.ts'

/** Field to message; clients print them indented. */
export type FieldErrors = Readonly<Record<string, string>>

export class HexRefusal extends Refusal {
  readonly errors: FieldErrors | undefined

  constructor(
    status: number,
    sentence: string,
    more: { readonly errors?: FieldErrors; readonly headers?: FieldErrors } = {},
  ) {
    super(status, sentence, more.headers)
    this.errors = more.errors
  }
}

const CHALLENGE = { 'www-authenticate': 'Basic realm=hex' }

export const hexRefusals = {
  unauthenticated: (): HexRefusal => new HexRefusal(401, 'missing authentication information', { headers: CHALLENGE }),
  wrongKey: (): HexRefusal => new HexRefusal(401, 'invalid API key', { headers: CHALLENGE }),
  wrongPassword: (): HexRefusal =>
    new HexRefusal(401, 'invalid username and password combination', { headers: CHALLENGE }),
  keyNotFor: (): HexRefusal => new HexRefusal(401, 'key not authorized for this action', { headers: CHALLENGE }),
  forbidden: (sentence = 'account not authorized for this action'): HexRefusal => new HexRefusal(403, sentence),
  notFound: (): HexRefusal => new HexRefusal(404, 'Page not found'),
  badRequest: (sentence: string): HexRefusal => new HexRefusal(400, sentence),
  validation: (errors: FieldErrors): HexRefusal => new HexRefusal(422, 'Validation error(s)', { errors }),
}

/** What cannot be read is the sender's mistake. */
export function refusingFormat<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((cause: unknown) => {
    throw cause instanceof HexFormatError ? hexRefusals.validation({ [cause.field]: cause.message }) : cause
  })
}
