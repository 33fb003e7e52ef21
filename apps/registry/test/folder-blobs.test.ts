import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFolderBlobs } from '../src/blobs/folder-blobs.ts'
import { blobConformance } from './blob-conformance.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alkahest-blobs-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a folder', () => {
  blobConformance((name) => openFolderBlobs(join(folder, name)))
})

test('what a dead process of this machine left unfinished is removed, what others write is not', async () => {
  const root = join(folder, 'leftovers')
  await openFolderBlobs(root)
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const left = [`${hostname()}~${dead}~x`, `${hostname()}~${process.pid}~x`, `elsewhere~${dead}~x`]
  for (const name of left) await writeFile(join(root, 'writing', name), '')
  await openFolderBlobs(root)
  expect((await readdir(join(root, 'writing'))).toSorted()).toEqual(left.slice(1).toSorted())
})
