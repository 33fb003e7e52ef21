/**
 * Packuments that were asked for a moment ago in the very same words, answered before routing, hooks and negotiation begin: what a request for one
 * says is its address, `accept` and `accept-encoding`, so these three name the answer. Only what everybody gets alike is here: answers to `GET`
 * of packages that are not restricted, on an index that can say without being asked whether anything was written since (its stamp).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessEntry } from '../access-log.ts'
import { notModified } from '../conditional.ts'
import type { Validators } from '../conditional.ts'
import { SizedCache } from '../services/sized-cache.ts'

/** Answers remembered; each is some hundred bytes beside its body. */
const ANSWERS_MAX = 5000

/** In bytes: the bodies that a team asks for all day. Most of them stand in the cache of bodies as well, and are one and the same there. */
const BODIES_SIZE_MAX = 32 * 1024 * 1024

export type HotAnswer = {
  readonly validators: Validators
  /** As it stands in the header, with the coding's name: what most clients send back. */
  readonly etag: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** Of a 304: those that caches need (RFC 9110, 15.4.5). */
  readonly unchangedHeaders: readonly string[]
  readonly body: Buffer
  /** The index's when the answer was found: with another one it may be old. */
  readonly stamp: number
  /** Milliseconds since 1970. */
  readonly freshUntil: number
  readonly entry: Pick<AccessEntry, 'kind' | 'name' | 'source' | 'path'>
}

export type HotRequest = Pick<IncomingMessage, 'url' | 'method' | 'headers'>

export type HotAnswersOptions = {
  readonly stamp: () => number | undefined
  readonly now: () => number
}

export class HotAnswers {
  readonly #options: HotAnswersOptions
  readonly #answers = new SizedCache<HotAnswer>({
    sizeMax: BODIES_SIZE_MAX,
    sizeOf: ({ body }) => body.length,
    countMax: ANSWERS_MAX,
  })

  constructor(options: HotAnswersOptions) {
    this.#options = options
  }

  /** Undefined when the request must go the long way. */
  find(request: HotRequest): HotAnswer | undefined {
    if (!isHot(request)) return undefined
    const key = keyOf(request)
    const answer = this.#answers.peek(key)
    if (answer === undefined) return undefined
    if (answer.stamp === this.#options.stamp() && this.#options.now() < answer.freshUntil) return answer
    this.#answers.delete(key)
    return undefined
  }

  /** Keeps what the request was answered with; the caller says nothing that only one client may have. */
  remember(request: HotRequest, answer: HotAnswer): void {
    if (isHot(request)) this.#answers.set(keyOf(request), answer)
  }
}

/** Sends it; gives the status and the bytes of the body. */
export function sendHot(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HotAnswer,
): { readonly status: number; readonly bytes: number } {
  if (request.headers['if-none-match'] === answer.etag || notModified(request.headers, answer.validators)) {
    response.writeHead(304, answer.unchangedHeaders as string[])
    response.end()
    return { status: 304, bytes: 0 }
  }
  response.writeHead(200, answer.headers as string[])
  response.end(answer.body)
  return { status: 200, bytes: answer.body.length }
}

function isHot({ method }: HotRequest): boolean {
  return method === 'GET'
}

/** No header holds a line break: three texts in one cannot be taken for three others. */
function keyOf({ url, headers }: HotRequest): string {
  return `${url}\n${headers.accept ?? ''}\n${headers['accept-encoding'] ?? ''}`
}
