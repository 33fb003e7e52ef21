/**
 * Blobs in a folder: `sha512/ab/<hex>`, written under `writing/`, synced, then renamed. A rename is atomic, so a name is either absent or
 * whole; the folder is synced after it, so that the name itself survives a power cut.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { integrityHex, invariant } from '@alkahest/core'
import type { Integrity } from '@alkahest/core'
import type { Blob, BlobStorage, BlobWriter, ByteRange, StoredBlob } from '../ports/blob-storage.ts'

/** In bytes. Larger reads mean fewer round trips to the thread pool: nearly every package is read at once. */
const READ_SIZE_MAX = 1024 * 1024

/** Replicas on several machines may share a folder: a file names the machine and the process that write it. */
const thisHost = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '_')

/** Opens the folder, making it when needed, and removes what an earlier process left unfinished. */
export async function openFolderBlobs(folder: string): Promise<BlobStorage> {
  const writing = join(folder, 'writing')
  await mkdir(join(folder, 'sha512'), { recursive: true })
  await mkdir(writing, { recursive: true })
  await removeLeftovers(writing)
  return new FolderBlobs(folder)
}

/** Of processes that no longer live: two replicas share one folder, and the other's unfinished files are its own. */
async function removeLeftovers(writing: string): Promise<void> {
  for (const name of await readdir(writing)) {
    const [host, pid] = name.split('~')
    const owner = Number(pid)
    if (host === thisHost && owner !== process.pid && !isAlive(owner)) await rm(join(writing, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

class FolderBlobs implements BlobStorage {
  readonly #folder: string
  /** Folders known to exist: one `mkdir` for each, not for each blob. */
  readonly #made = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(): Promise<BlobWriter> {
    const path = join(this.#folder, 'writing', `${thisHost}~${process.pid}~${randomUUID()}`)
    const file = await open(path, 'wx+', 0o644)
    return new FileWriter(file, path, (integrity) => this.#place(integrity))
  }

  async read(integrity: Integrity, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined> {
    let file: FileHandle
    try {
      file = await open(this.#path(integrity), 'r')
    } catch (cause) {
      return absent(cause)
    }
    const { start, end } = range ?? { start: 0, end: (await file.stat()).size - 1 }
    if (end < start) {
      await file.close()
      return Readable.from([])
    }
    // The stream holds the file open: a removal meanwhile does not disturb it. It closes the file itself, and takes no more memory than there are bytes.
    return createReadStream('', { fd: file, start, end, highWaterMark: Math.min(end - start + 1, READ_SIZE_MAX) })
  }

  async size(integrity: Integrity): Promise<number | undefined> {
    try {
      return (await stat(this.#path(integrity))).size
    } catch (cause) {
      return absent(cause)
    }
  }

  async remove(integrity: Integrity): Promise<void> {
    await rm(this.#path(integrity), { force: true })
  }

  async *list(): AsyncIterable<StoredBlob> {
    const root = join(this.#folder, 'sha512')
    for (const prefix of await readdir(root)) {
      for (const hex of await readdir(join(root, prefix))) {
        const found = await stat(join(root, prefix, hex)).catch(absent)
        if (found === undefined) continue
        const integrity = `sha512-${Buffer.from(hex, 'hex').toString('base64')}` as Integrity
        yield { integrity, size: found.size, committedAt: found.mtimeMs }
      }
    }
  }

  /** The blob's path, its folder made. */
  async #place(integrity: Integrity): Promise<string> {
    const path = this.#path(integrity)
    const folder = dirname(path)
    if (!this.#made.has(folder)) {
      await mkdir(folder, { recursive: true })
      await syncFolder(dirname(folder))
      this.#made.add(folder)
    }
    return path
  }

  #path(integrity: Integrity): string {
    invariant(integrity.startsWith('sha512-'), 'a blob is named by its SHA-512')
    const hex = integrityHex(integrity)
    return join(this.#folder, 'sha512', hex.slice(0, 2), hex)
  }
}

class FileWriter implements BlobWriter {
  readonly #file: FileHandle
  readonly #path: string
  readonly #place: (integrity: Integrity) => Promise<string>
  readonly #sha512: Hash = createHash('sha512')
  readonly #sha1: Hash = createHash('sha1')
  #size = 0
  #digest: Blob | undefined
  #ended = false

  constructor(file: FileHandle, path: string, place: (integrity: Integrity) => Promise<string>) {
    this.#file = file
    this.#path = path
    this.#place = place
  }

  async append(bytes: Uint8Array): Promise<void> {
    invariant(this.#digest === undefined, 'nothing is appended after the digest')
    this.#sha512.update(bytes)
    this.#sha1.update(bytes)
    let written = 0
    while (written < bytes.length) {
      const result = await this.#file.write(bytes, written, bytes.length - written, this.#size + written)
      written += result.bytesWritten
    }
    this.#size += bytes.length
  }

  async readBack(start: number, end: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(end - start)
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await this.#file.read(buffer, filled, buffer.length - filled, start + filled)
      invariant(bytesRead > 0, 'only what was appended is read back')
      filled += bytesRead
    }
    return buffer
  }

  digest(): Blob {
    this.#digest ??= {
      integrity: `sha512-${this.#sha512.digest('base64')}` as Integrity,
      shasum: this.#sha1.digest('hex'),
      size: this.#size,
    }
    return this.#digest
  }

  async commit(): Promise<Blob> {
    const blob = this.digest()
    await this.#file.sync()
    const place = await this.#place(blob.integrity)
    this.#ended = true
    await this.#file.close()
    await rename(this.#path, place)
    await syncFolder(dirname(place))
    return blob
  }

  async abort(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#file.close()
    await unlink(this.#path).catch(absent)
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function absent(cause: unknown): undefined {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw cause
}
