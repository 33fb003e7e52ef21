/**
 * How commands talk to a running release: one JSON document a line over a Unix socket that only the owner can reach. The
 * other side must also prove that it can read the cookie, by an HMAC over a challenge, so that a socket that leaked is of
 * no use. Protocol: docs/internals/supervisor.md#the-admin-socket
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { Failure } from './failure.ts'
import { onLine } from './lines.ts'
import { writeDurably } from './versions.ts'

/** Raised when an older command could not talk to a newer supervisor. */
export const ADMIN_PROTOCOL = 1

export type Line = Readonly<Record<string, unknown>>

/** Documents out, documents in, in order; undefined when the other side is gone. */
export type LineChannel = {
  readonly send: (line: Line) => void
  readonly receive: () => Promise<Line | undefined>
  readonly end: () => void
}

export function lineChannel(stream: Duplex): LineChannel {
  const received: (Line | undefined)[] = []
  const waiting: ((line: Line | undefined) => void)[] = []
  const push = (line: Line | undefined): void => {
    const next = waiting.shift()
    if (next === undefined) received.push(line)
    else next(line)
  }
  onLine(stream, (text) => push(parseLine(text)))
  stream.once('close', () => push(undefined))
  // A connection that breaks is closed next, which is what counts.
  stream.on('error', () => {})
  return {
    send: (line) => void stream.write(`${JSON.stringify(line)}\n`),
    receive: async () =>
      received.length > 0
        ? received.shift()
        : stream.destroyed
          ? undefined
          : await new Promise((resolve) => waiting.push(resolve)),
    end: () => void stream.end(),
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Line) : undefined
  } catch {
    return undefined
  }
}

/** Bytes of the cookie and of challenges. */
const SECRET_BYTES = 32

/** The cookie: from the environment, or the file, which is made when it is not there yet. */
export function readCookie(runFolder: string, variables: NodeJS.ProcessEnv): string {
  const given = variables.RELEASE_COOKIE
  if (given !== undefined && given !== '') return given
  const file = join(runFolder, 'cookie')
  return readIfThere(file) ?? makeCookie(file)
}

/** Whole or not at all, and the first of several starters decides. */
function makeCookie(file: string): string {
  const temporary = `${file}.${process.pid}`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, randomBytes(SECRET_BYTES).toString('base64url'))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
  return readFileSync(file, 'utf8')
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What a connection may do: look at what runs, or everything. */
export type Role = 'observe' | 'eval'

/** What proves the role `observe`: it follows from the cookie, but the cookie does not follow from it. */
export function observeCookie(cookie: string): string {
  return createHmac('sha256', cookie).update(`alkahest observe ${ADMIN_PROTOCOL}`).digest('base64url')
}

/** Writes it beside the cookie, for the owner to hand on. */
export async function writeObserveCookie(runFolder: string, cookie: string): Promise<void> {
  await writeDurably(join(runFolder, 'cookie.observe'), observeCookie(cookie), 0o600)
}

/** The role that an answer to a challenge proves; undefined: none. */
export function roleOf(cookie: string, challenge: string, answer: unknown): Role | undefined {
  if (isAnswer(cookie, challenge, answer)) return 'eval'
  return isAnswer(observeCookie(cookie), challenge, answer) ? 'observe' : undefined
}

export function makeChallenge(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

export function answerChallenge(cookie: string, challenge: string): string {
  return createHmac('sha256', cookie).update(`alkahest admin ${ADMIN_PROTOCOL} ${challenge}`).digest('base64url')
}

function isAnswer(cookie: string, challenge: string, answer: unknown): boolean {
  const wanted = Buffer.from(answerChallenge(cookie, challenge))
  const found = Buffer.from(typeof answer === 'string' ? answer : '')
  return wanted.length === found.length && timingSafeEqual(wanted, found)
}

/** The client's half of the greeting. */
export async function greet(channel: LineChannel, cookie: string): Promise<void> {
  const hello = await channel.receive()
  if (hello === undefined) throw new Failure('the supervisor closed the connection')
  if (hello.alkahest !== ADMIN_PROTOCOL || typeof hello.challenge !== 'string') {
    throw new Failure(`the supervisor speaks another protocol (${String(hello.alkahest)}, not ${ADMIN_PROTOCOL})`)
  }
  channel.send({ answer: answerChallenge(cookie, hello.challenge) })
}
