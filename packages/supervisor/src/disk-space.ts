/** Whether an archive has room where it is to be unpacked: known before anything is written, not when the disk is full. */
import { createReadStream } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { Failure } from './failure.ts'
import { readTar } from './tar-reader.ts'

/** What a file system gives out at least; every file is counted as full ones of these. */
const BLOCK = 4096
/** Left for what runs meanwhile: its log is rotated at a few MiB. */
const RESERVE = 16 * 1024 * 1024
const MB = 1_000_000

export type Space = {
  readonly bytes: number
  /** Files, folders and links. */
  readonly entries: number
}

/** Throws when the archive's content would not fit into the folder's file system, or is not an archive to its end. */
export async function checkFreeSpace(archive: string, folder: string): Promise<void> {
  const needed = await measureArchive(archive)
  const { bavail, bsize, ffree, files } = await statfs(folder)
  // A file system that makes room for entries as they come says that it has none.
  const free = { bytes: bavail * bsize, entries: files === 0 ? Number.POSITIVE_INFINITY : ffree }
  if (needed.bytes + RESERVE > free.bytes) {
    throw new Failure(
      `it needs ${megabytes(needed.bytes + RESERVE)} MB of disk, and ${folder} has ${megabytes(free.bytes)} MB free`,
    )
  }
  if (needed.entries > free.entries)
    throw new Failure(`it has ${needed.entries} files, and ${folder} has room for ${free.entries}`)
}

async function measureArchive(archive: string): Promise<Space> {
  const source = createReadStream(archive)
  const stream = createGunzip()
  source.once('error', (error) => stream.destroy(error))
  source.pipe(stream)
  let bytes = 0
  let entries = 0
  try {
    await readTar(stream, {
      entry: async (entry) => {
        entries += 1
        bytes += entry.kind === 'file' ? Math.ceil(entry.size / BLOCK) * BLOCK : BLOCK
      },
      content: async () => {},
      end: async () => {},
    })
  } finally {
    source.destroy()
    stream.destroy()
  }
  return { bytes, entries }
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(0)
}
