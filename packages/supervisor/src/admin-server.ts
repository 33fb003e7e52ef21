/** The supervisor's end of the admin socket. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ADMIN_PROTOCOL, lineChannel, makeChallenge, roleOf } from './admin-channel.ts'
import type { Line, Role } from './admin-channel.ts'
import { messageOf } from './failure.ts'

/** A Unix socket's path has 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_MAX = 103

/** Someone who connects and says nothing does not keep the connection. */
const GREETING_MS = 10_000

export type AdminRequest = { readonly role: Role; readonly command: string; readonly arguments: Line }
export type AdminHandler = (request: AdminRequest) => Promise<Line>

export type AdminOptions = {
  readonly cookie: string
  readonly handle: AdminHandler
  /** Told of a connection that proved no role. */
  readonly refused: () => void
}

/** Where the socket goes: beside the pid file, or in a private temporary folder when that path is too long for one. */
export function chooseSocketPath(runFolder: string, name: string): string {
  const path = join(runFolder, `${name}.sock`)
  return Buffer.byteLength(path) <= SOCKET_PATH_MAX ? path : join(mkdtempSync(join(tmpdir(), 'alk-')), 's')
}

/** Listens for the owner alone. To be called with the pid file held: a socket that is there already is a leftover. */
export async function serveAdmin(path: string, options: AdminOptions): Promise<() => void> {
  rmSync(path, { force: true })
  const server = net.createServer((socket) => void serveConnection(socket, options))
  await listenPrivately(server, path)
  return () => {
    server.close()
    rmSync(path, { force: true })
    if (dirname(path).startsWith(join(tmpdir(), 'alk-')) && existsSync(dirname(path)))
      rmSync(dirname(path), { recursive: true })
  }
}

/** The mode a socket is born with: changing it afterwards would leave a moment in which others could connect. */
async function listenPrivately(server: net.Server, path: string): Promise<void> {
  const listening = once(server, 'listening')
  const umask = process.umask(0o177)
  try {
    // It is bound before this returns.
    server.listen(path)
  } finally {
    process.umask(umask)
  }
  await listening
}

async function serveConnection(socket: net.Socket, { cookie, handle, refused }: AdminOptions): Promise<void> {
  const channel = lineChannel(socket)
  const challenge = makeChallenge()
  channel.send({ alkahest: ADMIN_PROTOCOL, challenge })
  socket.setTimeout(GREETING_MS, () => socket.destroy())
  const greeting = await channel.receive()
  const role = roleOf(cookie, challenge, greeting?.answer)
  if (role === undefined) {
    refused()
    channel.send({ error: 'the cookie is not the one of this release' })
    channel.end()
    return
  }
  socket.setTimeout(0)
  for (let line = await channel.receive(); line !== undefined; line = await channel.receive()) {
    const { command, ...rest } = line
    try {
      channel.send({ result: await handle({ role, command: String(command), arguments: rest }) })
    } catch (error) {
      channel.send({ error: messageOf(error) })
    }
  }
}
