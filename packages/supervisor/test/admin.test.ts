import { once } from 'node:events'
import { statSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { greet, lineChannel, observeCookie, readCookie } from '../src/admin-channel.ts'
import { chooseSocketPath, serveAdmin } from '../src/admin-server.ts'
import type { AdminHandler } from '../src/admin-server.ts'
import { temporaryFolder } from './temporary.ts'

test('who knows the cookie is answered, who does not is refused', async () => {
  using world = temporaryFolder()
  const path = join(world.folder, 'x.sock')
  const asked: string[] = []
  const handle: AdminHandler = async ({ role, command }) => {
    asked.push(`${role} ${command}`)
    if (command === 'fail') throw new Error('no')
    return { done: command }
  }
  const refused: string[] = []
  const close = await serveAdmin(path, { cookie: 'secret', handle, refused: () => refused.push('refused') })
  expect(statSync(path).mode & 0o777).toBe(0o600)

  const good = net.connect(path)
  await once(good, 'connect')
  const channel = lineChannel(good)
  await greet(channel, 'secret')
  channel.send({ command: 'status' })
  expect(await channel.receive()).toEqual({ result: { done: 'status' } })
  channel.send({ command: 'fail' })
  expect(await channel.receive()).toEqual({ error: 'no' })
  good.destroy()

  const bad = net.connect(path)
  await once(bad, 'connect')
  const badChannel = lineChannel(bad)
  await greet(badChannel, 'guess')
  badChannel.send({ command: 'stop' })
  expect(await badChannel.receive()).toEqual({ error: 'the cookie is not the one of this release' })
  expect(await badChannel.receive()).toBeUndefined()
  expect(refused).toEqual(['refused'])

  const observer = net.connect(path)
  await once(observer, 'connect')
  const observing = lineChannel(observer)
  await greet(observing, observeCookie('secret'))
  observing.send({ command: 'info' })
  expect(await observing.receive()).toEqual({ result: { done: 'info' } })
  observer.destroy()
  expect(asked).toEqual(['eval status', 'eval fail', 'observe info'])
  close()
})

test('the cookie is made once, for the owner alone; the environment goes before it', () => {
  using world = temporaryFolder()
  const cookie = readCookie(world.folder, {})
  expect(cookie).toMatch(/^[\w-]{43}$/)
  expect(readCookie(world.folder, {})).toBe(cookie)
  expect(statSync(join(world.folder, 'cookie')).mode & 0o777).toBe(0o600)
  expect(readCookie(world.folder, { RELEASE_COOKIE: 'given' })).toBe('given')
})

test('a path too long for a socket goes to a private temporary folder', () => {
  expect(chooseSocketPath('/run/x', 'shop')).toBe('/run/x/shop.sock')
  const path = chooseSocketPath(`/${'x'.repeat(120)}`, 'shop')
  expect(Buffer.byteLength(path)).toBeLessThan(104)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})
