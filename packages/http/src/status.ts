/** An answer's status and body as what they mean: done, or an error in the server's own words. */
import { asJsonObject, parseJson, userError } from '@alkahest/core'
import type { ErrorCode, Json } from '@alkahest/core'
import type { HttpAnswer } from './options.ts'

/** Of the server's message; longer ones are cut. */
const MESSAGE_LENGTH_MAX = 400

/** Read as text when a refusal is not JSON. */
const TEXT_BODY_MAX = 4096

/** Throws unless the answer is 2xx or 304 (which only comes to those who asked conditionally). */
export function checkStatus(answer: HttpAnswer): void {
  const { status } = answer
  if ((status >= 200 && status < 300) || status === 304) return
  const { code, hint } = meaningOf(answer)
  const said = serverMessage(answer)
  const message = `cannot ${answer.purpose}: ${new URL(answer.url).origin} answered ${status}${said === '' ? '' : `: ${said}`}`
  throw userError(code, message, { hint, details: { status, url: answer.url, message: said } })
}

/** The JSON of an answer, or `REGISTRY_NONSENSE`. */
export function parseAnswer(answer: HttpAnswer): Json {
  const { origin } = new URL(answer.url)
  try {
    return parseJson(answer.body.toString('utf8'), `the answer of ${origin}`)
  } catch (cause) {
    const kind =
      answer.headers['content-type'] === undefined ? '' : ` but ${answer.headers['content-type'].slice(0, 80)}`
    const what = answer.body.length === 0 ? 'nothing' : `what is not JSON${kind.includes('json') ? '' : kind}`
    throw userError('REGISTRY_NONSENSE', `cannot ${answer.purpose}: ${origin} answered ${what}`, {
      hint: 'check that the address is that of an npm registry, and what stands between it and this machine',
      cause,
    })
  }
}

function meaningOf(answer: HttpAnswer): { readonly code: ErrorCode; readonly hint: string } {
  if (answer.status === 401) return meaningOfChallenge(answer.headers['www-authenticate'])
  if (answer.status === 403) {
    return { code: 'REGISTRY_FORBIDDEN', hint: 'ask the owner of the package or the operator of the registry' }
  }
  if (answer.status === 404) {
    return { code: 'REGISTRY_NOT_FOUND', hint: 'check the name, and that it is the registry which has it' }
  }
  if (answer.status === 409) {
    return { code: 'REGISTRY_CONFLICT', hint: 'a published version never changes; publish under a new version' }
  }
  if (answer.status >= 500) {
    return { code: 'REGISTRY_ERROR', hint: 'try again later; the log of the registry says more' }
  }
  return { code: 'REGISTRY_ERROR', hint: 'the registry understood the request and refuses it' }
}

/** What the server wants to see: npm's words in `www-authenticate` for a one-time password. */
function meaningOfChallenge(challenge: string | undefined): { readonly code: ErrorCode; readonly hint: string } {
  if (challenge !== undefined && /(?:^|[\s,])otp(?:$|[\s,])/i.test(challenge)) {
    return { code: 'REGISTRY_OTP_NEEDED', hint: 'give the one-time password of your authenticator with --otp' }
  }
  return { code: 'REGISTRY_UNAUTHORIZED', hint: 'log in with `alk login`, or put a valid token into .npmrc' }
}

/** `error` or `message` of a JSON body, else the beginning of a plain text; one line, without control characters. */
function serverMessage(answer: HttpAnswer): string {
  const text = answer.body.subarray(0, TEXT_BODY_MAX).toString('utf8')
  const type = answer.headers['content-type'] ?? ''
  const said = messageInJson(answer) ?? (type.startsWith('text/html') ? '' : text)
  const oneLine = said.replace(/\p{Cc}+/gu, ' ').trim()
  return oneLine.length > MESSAGE_LENGTH_MAX ? `${oneLine.slice(0, MESSAGE_LENGTH_MAX)}...` : oneLine
}

function messageInJson(answer: HttpAnswer): string | undefined {
  let value: Json
  try {
    value = parseJson(answer.body.toString('utf8'), 'the answer')
  } catch {
    return undefined // a refusal in plain words is still one
  }
  const object = asJsonObject(value)
  const said = [object?.error, object?.message, object?.reason].find((part) => typeof part === 'string' && part !== '')
  return typeof said === 'string' ? said : ''
}
