import { chmod, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { digestTree, expectGolden, listTree, tempTree } from '../src/index.ts'

test('a tree is written as it is described and gone afterwards', async () => {
  let root: string
  {
    await using tree = await tempTree({
      'a/b.txt': 'b',
      run: { executable: '#!/bin/sh\n' },
      current: { link: 'a' },
      empty: null,
    })
    root = tree.path
    const lines = (await listTree(root)).map((line) => line.replace(/[0-9a-f]{128}/, '<hash>'))
    expect(lines).toEqual([
      'folder 700 - .',
      'folder 755 - a',
      'file 644 <hash> a/b.txt',
      'link - a current',
      'folder 755 - empty',
      'file 755 <hash> run',
    ])
  }
  await expect(stat(root)).rejects.toThrow('ENOENT')
})

test('a digest changes with content, mode, target and absence, and with nothing else', async () => {
  await using one = await tempTree({ a: '1', b: { link: 'a' } })
  await using two = await tempTree({ a: '1', b: { link: 'a' } })
  const digest = await digestTree(one.path)
  expect(await digestTree(two.path)).toBe(digest)
  await chmod(two.resolve('a'), 0o600)
  expect(await digestTree(two.path)).not.toBe(digest)
  await one.write({ a: '2' })
  expect(await digestTree(one.path)).not.toBe(digest)
  expect(await listTree(one.resolve('nothing'))).toEqual(['absent - - .'])
})

test('a golden that is missing or different fails with the way to write it', async () => {
  await using tree = await tempTree({ 'golden.txt': 'old\n' })
  await expect(expectGolden(tree.resolve('golden.txt'), 'old\n')).resolves.toBeUndefined()
  await expect(expectGolden(tree.resolve('golden.txt'), 'new\n')).rejects.toThrow('golden.txt reads differently now')
  await expect(expectGolden(path.join(tree.path, 'other.txt'), '')).rejects.toThrow('there is no golden other.txt')
})
