import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { onLine } from '../src/lines.ts'
import { fileLog } from '../src/log.ts'
import { temporaryFolder } from './temporary.ts'

test('lines of JSON, for the owner alone', () => {
  using world = temporaryFolder()
  const file = join(world.folder, 'log', 'shop.log')
  const log = fileLog(file, { now: () => new Date(0) })
  log.write({ from: 'web.0', stream: 'stdout', line: 'hello "you"' })
  log.close()
  expect(readFileSync(file, 'utf8')).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","from":"web.0","stream":"stdout","line":"hello \\"you\\""}\n',
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('it is rotated by size, five old files are kept, and no line is cut or lost', () => {
  using world = temporaryFolder()
  const log = fileLog(join(world.folder, 'x.log'), { sizeMax: 200, now: () => new Date(0) })
  for (let index = 0; index < 14; index++) log.write({ from: 'web.0', stream: 'stdout', line: `line ${index}` })
  log.close()
  const names = readdirSync(world.folder).toSorted()
  expect(names).toEqual(['x.log', 'x.log.1', 'x.log.2', 'x.log.3', 'x.log.4', 'x.log.5'])
  const lines = names.flatMap((name) => readFileSync(join(world.folder, name), 'utf8').trimEnd().split('\n'))
  const numbers = lines.map((line) => (JSON.parse(line) as { readonly line: string }).line)
  expect(numbers.toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `line ${index + 2}`).toSorted())
})

test('a stream becomes lines: cut characters, no final line end, and a line without end', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  onLine(stream, (line) => lines.push(line))
  const umlaut = Buffer.from('grüße\n')
  stream.write(umlaut.subarray(0, 3))
  stream.write(umlaut.subarray(3))
  stream.write('x'.repeat(70_000))
  stream.end('\nlast')
  await new Promise((resolve) => stream.once('end', resolve))
  expect(lines.map((line) => line.length)).toEqual([5, 65_536, 4464, 4])
  expect([lines[0], lines[3]]).toEqual(['grüße', 'last'])
})
