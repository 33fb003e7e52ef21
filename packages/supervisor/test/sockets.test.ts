import { once } from 'node:events'
import net from 'node:net'
import { expect, test } from 'vitest'
import { Sockets } from '../src/sockets.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0, ipv6Only: false }

test('one socket for an address, however often it is asked for', async () => {
  const sockets = new Sockets()
  const first = await sockets.acquire(ANY_PORT)
  const second = await sockets.acquire(ANY_PORT)
  expect(first.kind).toBe('bound')
  expect(second).toEqual(first)
  expect(sockets.list()).toHaveLength(1)
  sockets.close()
  expect(sockets.list()).toEqual([])
})

test('an address that someone else listens on is an error by its name, and is not kept', async () => {
  const other = net.createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as net.AddressInfo
  const sockets = new Sockets()
  expect(await sockets.acquire({ ...ANY_PORT, port })).toEqual({ kind: 'failed', error: 'EADDRINUSE' })
  other.close()
  await once(other, 'close')
  expect(await sockets.acquire({ ...ANY_PORT, port })).toMatchObject({ kind: 'bound', port })
  sockets.close()
})

test('after a supervisor that was killed, an address in use is waited for', async () => {
  const other = net.createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as net.AddressInfo
  const sockets = new Sockets({ patienceMs: 60_000 })
  const acquired = sockets.acquire({ ...ANY_PORT, port })
  other.close()
  expect(await acquired).toMatchObject({ kind: 'bound', port })
  sockets.close()
})

test('an address that this machine does not have', async () => {
  expect(await new Sockets().acquire({ ...ANY_PORT, host: '192.0.2.1' })).toEqual({
    kind: 'failed',
    error: 'EADDRNOTAVAIL',
  })
})

test("systemd's sockets are for the process that they are meant for", () => {
  const sockets = new Sockets()
  expect(sockets.adoptFromSystemd({ LISTEN_PID: '1', LISTEN_FDS: '1' }, process.pid)).toBe(0)
  expect(sockets.adoptFromSystemd({}, process.pid)).toBe(0)
})
