/**
 * `remote`, in the worker: a REPL on the main thread of the live application, over a private Unix socket made for one
 * session. Leaving it ends the session and never the service.
 */
import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { join } from 'node:path'
import repl from 'node:repl'
import type { REPLServer } from 'node:repl'
import { stripTypes } from './strip-types.ts'

export type ConsoleRequest = {
  /** Where the socket goes; a folder that only the owner can enter. */
  readonly folder: string
  readonly columns: number
  readonly colors: boolean
  readonly prompt: string
  readonly history: string
}

/** Someone who asked for a session and does not come does not keep the socket. */
const CONNECT_MS = 10_000

/** The path of a socket that takes one connection. */
export async function openConsole(request: ConsoleRequest): Promise<string> {
  const path = join(request.folder, `c-${randomBytes(6).toString('hex')}`)
  const server = net.createServer((socket) => {
    server.close()
    startRepl(socket, request)
  })
  const timer = setTimeout(() => server.close(), CONNECT_MS)
  server.once('close', () => clearTimeout(timer))
  const umask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(umask)
  }
  server.unref()
  return await new Promise((resolve, reject) => {
    server.once('listening', () => resolve(path))
    server.once('error', reject)
  })
}

function startRepl(socket: net.Socket, { columns, colors, prompt, history }: ConsoleRequest): void {
  Object.assign(socket, { columns })
  const server = repl.start({
    prompt,
    input: socket,
    output: socket,
    terminal: true,
    useColors: colors,
    ignoreUndefined: true,
  })
  showLiveGlobals(server)
  acceptTypeScript(server)
  server.setupHistory(history, () => {})
  server.once('exit', () => socket.end())
  // The other end may vanish; the session is over then, nothing else.
  socket.on('error', () => {})
  socket.once('close', () => server.close())
  socket.unref()
}

/**
 * A session has a scope of its own, so that what is declared in it does not stay in the application; Node copies the
 * application's globals into it. They are to be those themselves: what is assigned here changes there.
 */
function showLiveGlobals({ context }: REPLServer): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const own = Object.getOwnPropertyDescriptor(context, name)
    const live = Object.getOwnPropertyDescriptor(globalThis, name)
    // The language's own, such as Array, differ from scope to scope; accessors were copied as such and are live already.
    if (own?.configurable !== true || own.value === undefined || own.value !== live?.value) continue
    Object.defineProperty(context, name, {
      configurable: true,
      enumerable: own.enumerable === true,
      get: () => Reflect.get(globalThis, name) as unknown,
      set: (value) => {
        Reflect.set(globalThis, name, value)
      },
    })
  }
  for (const name of ['global', 'globalThis']) context[name] = globalThis
}

/** Types are erased before evaluating; what cannot be read as TypeScript (yet) is left to the REPL to judge. */
function acceptTypeScript(server: REPLServer): void {
  const evaluate = server.eval.bind(server)
  const writable = server as { eval: REPLServer['eval'] }
  // eslint-disable-next-line eslint/max-params -- the REPL's own signature
  writable.eval = (code, context, file, done) => evaluate(withoutTypes(code), context, file, done)
}

function withoutTypes(code: string): string {
  try {
    return stripTypes(code)
  } catch {
    return code
  }
}
