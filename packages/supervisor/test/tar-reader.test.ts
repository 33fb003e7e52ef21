import { spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTar } from '../src/tar-reader.ts'
import { temporaryFolder } from './temporary.ts'

type Header = {
  readonly path?: string
  readonly type?: string
  readonly target?: string
  readonly size?: string
  readonly sum?: string
}

/** One entry with a right sum, whatever else is wrong with it. */
function block({ path = 'x', type = '0', target = '', size = '00000000000', sum }: Header = {}): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write(size, 124)
  header.write(type, 156)
  header.write(target, 157)
  header.write('ustar\u000000', 257)
  const total = header.reduce((count, byte, index) => count + (index >= 148 && index < 156 ? 32 : byte), 0)
  header.write(sum ?? `${total.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

const END = Buffer.alloc(1024)

/** What was announced and how much content came, in pieces of an awkward size. */
async function read(archive: Buffer, pieceSize = 333): Promise<readonly string[]> {
  const seen: string[] = []
  let bytes = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < archive.length; offset += pieceSize)
      yield archive.subarray(offset, offset + pieceSize)
  }
  await readTar(pieces(), {
    entry: async (entry) =>
      void seen.push(`${entry.kind} ${entry.path}${entry.kind === 'link' ? ` -> ${entry.target}` : ''}`),
    content: async (piece) => void (bytes += piece.length),
    end: async () => void seen.push(`${bytes} bytes`),
  })
  return seen
}

test('what the system tar writes: folders, files, links', async () => {
  using world = temporaryFolder()
  writeFileSync(join(world.folder, 'a'), 'x'.repeat(1000))
  symlinkSync('a', join(world.folder, 'link'))
  const { stdout } = spawnSync('tar', ['--format=ustar', '--sort=name', '-cf', '-', '-C', world.folder, 'a', 'link'])
  for (const pieceSize of [1, 333, 512, 100_000]) {
    expect(await read(stdout, pieceSize)).toEqual(['file a', '1000 bytes', 'link link -> a'])
  }
})

test.each<readonly [string, readonly Buffer[], string]>([
  [
    'a path that leaves the folder',
    [block({ path: '../../etc/cron.d/x' })],
    'the archive holds the path "../../etc/cron.d/x", which is not allowed',
  ],
  [
    'a path with .. inside',
    [block({ path: 'a/../../x' })],
    'the archive holds the path "a/../../x", which is not allowed',
  ],
  ['an absolute path', [block({ path: '/etc/x' })], 'the archive holds the path "/etc/x", which is not allowed'],
  ['an empty path', [block({ path: '' })], 'the archive holds the path "", which is not allowed'],
  ['an absolute link', [block({ type: '2', target: '/etc' })], 'the link x in the archive leaves it'],
  [
    'a link that leaves the folder',
    [block({ path: 'a/x', type: '2', target: '../../etc' })],
    'the link a/x in the archive leaves it',
  ],
  ['a hard link', [block({ type: '1', target: 'y' })], 'x in the archive is neither a file, a folder nor a link'],
  ['a device', [block({ type: '3' })], 'x in the archive is neither a file, a folder nor a link'],
  ['a wrong sum', [block({ sum: '000000\0 ' })], 'the archive is damaged: the sum of a header is wrong'],
  ['a size that is no number', [block({ size: '0000000xyz0' })], 'the archive is damaged: a number in it is not one'],
  ['a content that ends too early', [block({ size: '00000002000' }), Buffer.alloc(100)], 'the archive ends too early'],
  ['no end', [block()], 'the archive ends too early'],
  ['a huge header', [block({ type: 'x', size: '00100000000' })], 'the archive is damaged: a header in it is too large'],
  [
    'a long path that lies about its length',
    [block({ type: 'x', size: '00000000020' }), Buffer.from('999 path=x\n'.padEnd(512, '\0')), block()],
    'the archive is damaged: a long path in it',
  ],
])('hostile: %s', async (_what, blocks, message) => {
  const complete = message.includes('too early') ? blocks : [...blocks, END]
  await expect(read(Buffer.concat(complete))).rejects.toThrow(message)
})
