/**
 * `alk registry backup` and `restore`. A backup is a data folder: the index copied first, as one consistent state, then every blob that this
 * state refers to. Blobs never change, so those that come later do no harm, and a second backup into the same folder copies only what is new.
 */
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { userError } from '@alkahest/core'
import { openFolderBlobs } from '../blobs/folder-blobs.ts'
import { openSqlIndex } from '../index/sql-index.ts'
import { copySqlite, openSqlite } from '../index/sqlite-database.ts'
import type { Configuration } from '../configuration.ts'
import type { BlobStorage } from '../ports/blob-storage.ts'
import { verify } from '../services/verification.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { configurationOf } from './data.ts'

export const backup: Command = {
  name: 'backup',
  summary: 'copy the data to another folder, also while the registry runs',
  help: `alk registry backup: copy the data to another folder

usage: alk registry backup DESTINATION [--data DIR] [--json]

The registry may run and be published to meanwhile: the copy is one state of it. A second backup to the same folder copies only
what is new. Copies of the upstream's packages are left out: they are fetched again.

examples:
  alk registry backup /mnt/backup/registry --data /var/lib/alkahest
`,
  values: dataOptions,
  switches: ['json'],
  run: (call) => runBackup(call),
}

export const restore: Command = {
  name: 'restore',
  summary: 'make a data folder out of a backup',
  help: `alk registry restore: make a data folder out of a backup

usage: alk registry restore BACKUP [--data DIR] [--json]

The backup is verified first; the data folder must not exist yet, or be empty.

examples:
  alk registry restore /mnt/backup/registry --data /var/lib/alkahest
`,
  values: dataOptions,
  switches: ['json'],
  run: (call) => runRestore(call),
}

async function runBackup(call: Call): Promise<number> {
  const [destination] = call.arguments
  if (destination === undefined) throw userError('USAGE', 'alk registry backup needs a folder to copy to')
  const { data: source } = await sqliteOnly(call)
  await requireData(source)
  const target = path.resolve(call.terminal.cwd, destination)
  const copied = await copyData(source, target)
  report(call, { copied: copied.blobs, folder: target }, `copied the index and ${copied.blobs} new blobs to ${target}`)
  return 0
}

async function runRestore(call: Call): Promise<number> {
  const [from] = call.arguments
  if (from === undefined) throw userError('USAGE', 'alk registry restore needs a backup')
  const source = path.resolve(call.terminal.cwd, from)
  await requireData(source)
  const { data: target } = await sqliteOnly(call)
  const present = await readdir(target).catch(() => [])
  if (present.length > 0) {
    throw userError('REGISTRY_DATA_INVALID', `the data folder ${target} is not empty`, {
      hint: 'restore into a new folder with --data',
    })
  }
  const copied = await copyData(source, target)
  report(call, { copied: copied.blobs, folder: target }, `restored ${copied.blobs} blobs to ${target}`)
  return 0
}

/** PostgreSQL has tools of its own, which know more than we do. */
async function sqliteOnly(call: Call): Promise<Configuration> {
  const configuration = await configurationOf(call)
  if (configuration.databaseUrl === undefined) return configuration
  throw userError('USAGE', 'backup and restore are for the embedded database', {
    hint: 'back up PostgreSQL with pg_dump first, then copy the folder `blobs` and `signing-key.pem`',
  })
}

/** The index, then what it refers to; verified at the end, so that a backup which was taken can be trusted. */
async function copyData(source: string, target: string): Promise<{ readonly blobs: number }> {
  await mkdir(target, { recursive: true })
  const file = path.join(target, 'index.sqlite')
  await rm(`${file}.new`, { force: true })
  await copySqlite(path.join(source, 'index.sqlite'), `${file}.new`)
  const index = await openSqlIndex(openSqlite(`${file}.new`))
  const from = await openFolderBlobs(path.join(source, 'blobs'))
  const to = await openFolderBlobs(path.join(target, 'blobs'))
  let blobs = 0
  try {
    await index.forgetUpstream()
    await index.hex.forgetUpstream()
    for await (const reference of index.blobReferences()) {
      if ((await to.size(reference.integrity)) !== reference.size) blobs += await copyBlob(from, to, reference)
    }
    const { broken } = await verify(index, to)
    if (broken.length > 0)
      throw userError('REGISTRY_DATA_INVALID', `${source} is damaged: ${broken[0]}`, { details: { broken } })
  } finally {
    await index.close()
  }
  await copyKeys(source, target)
  await rm(`${file}-wal`, { force: true })
  await rename(`${file}.new`, file)
  return { blobs }
}

type Wanted = { readonly integrity: Parameters<BlobStorage['read']>[0]; readonly by: string }

async function copyBlob(from: BlobStorage, to: BlobStorage, wanted: Wanted): Promise<number> {
  const stream = await from.read(wanted.integrity)
  if (stream === undefined) throw userError('REGISTRY_DATA_INVALID', `the blob of ${wanted.by} is missing`)
  const writer = await to.write()
  try {
    for await (const chunk of stream) await writer.append(chunk)
    if (writer.digest().integrity !== wanted.integrity)
      throw userError('REGISTRY_DATA_INVALID', `the blob of ${wanted.by} has other content`)
    await writer.commit()
    return 1
  } finally {
    await writer.abort()
  }
}

async function copyKeys(source: string, target: string): Promise<void> {
  for (const name of ['signing-key.pem', 'hex-signing-key.pem']) {
    const key = path.join(source, name)
    if ((await stat(key).catch(() => undefined)) !== undefined) await copyFile(key, path.join(target, name))
  }
}

async function requireData(folder: string): Promise<void> {
  const found = await stat(path.join(folder, 'index.sqlite')).catch(() => undefined)
  if (found === undefined) throw userError('REGISTRY_DATA_INVALID', `${folder} holds no data of a registry`)
}

function report(call: Call, facts: object, sentence: string): void {
  call.terminal.write(call.switches.has('json') ? `${JSON.stringify({ ok: true, ...facts })}\n` : `${sentence}\n`)
}
