import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeFileTree } from '../src/index.ts'
import { failure, folder } from './folder.ts'

test('a tree is written into a folder that does not exist yet, or is empty but for .git', async () => {
  const root = await folder({ '.git/HEAD': '' })
  expect(await writeFileTree(join(root, 'new'), { 'b.txt': 'b\n', 'a/c.txt': 'c\n' })).toEqual(['a/c.txt', 'b.txt'])
  expect(await readFile(join(root, 'new/a/c.txt'), 'utf8')).toBe('c\n')
  const fresh = await folder({ '.git/HEAD': '' })
  expect(await writeFileTree(fresh, { 'a.txt': '' })).toEqual(['a.txt'])
})

test('a folder that holds something is refused, and nothing is written', async () => {
  const root = await folder({ 'x.txt': '', 'y.txt': '', 'z.txt': '', 'zz.txt': '' })
  expect(await failure(writeFileTree(root, { 'a.txt': '' }))).toBe(
    `DIRECTORY_NOT_EMPTY: ${root} is not empty: it holds x.txt, y.txt, z.txt and 1 more`,
  )
  expect(await failure(writeFileTree(join(root, 'x.txt'), { 'a.txt': '' }))).toBe(
    `DIRECTORY_NOT_EMPTY: ${join(root, 'x.txt')} is a file`,
  )
  expect((await readdir(root)).sort()).toEqual(['x.txt', 'y.txt', 'z.txt', 'zz.txt'])
})
