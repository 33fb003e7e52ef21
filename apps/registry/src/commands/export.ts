/**
 * `alk registry export --hex DIR`: the main Hex repository as files, for any file server: the paths of `/repo`, the same signed bytes. Resources are
 * written last and by renaming, so that a server which serves the folder meanwhile never shows a record whose tarball is not there.
 */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { userError } from '@alkahest/core'
import { HexRepositories } from '../hex/services/hex-repositories.ts'
import { HexResources } from '../hex/services/hex-resources.ts'
import { openHexSigningKey } from '../hex/services/hex-signing.ts'
import type { HexBlob } from '../ports/hex-index.ts'
import { readAll } from '../ports/blob-storage.ts'
import { dataOptions } from './command.ts'
import type { Call, Command } from './command.ts'
import { configurationOf, withData } from './data.ts'
import type { Data } from './data.ts'

const HELP = `alk registry export: write packages as files for a file server

usage: alk registry export --hex DIR [--data DIR] [--hex-repository NAME] [--json]

Writes the main Hex repository: names, versions, packages, tarballs, documentation and the public key, signed as the registry
serves them. Clients take the address at which DIR is served for that of the repository. A second export to the same folder
writes only what is new. Packages of organisations and of an upstream are left out.

examples:
  alk registry export --hex /srv/hex --data /var/lib/alkahest
`

export const exportCommand: Command = {
  name: 'export',
  summary: 'write the Hex repository as files for a file server',
  help: HELP,
  values: [...dataOptions, 'hex', 'hex-repository'],
  switches: ['json'],
  run,
}

async function run(call: Call): Promise<number> {
  const { hex } = call.flags
  if (hex === undefined) throw userError('USAGE', 'alk registry export needs --hex and the folder to write to')
  const folder = path.resolve(call.terminal.cwd, hex)
  const report = await withData(call, (data) => exportHex(call, data, folder))
  const { packages, versions } = report
  const sentence = `${packages} packages with ${versions} versions are in ${folder}\n`
  call.terminal.write(call.switches.has('json') ? `${JSON.stringify({ ok: true, ...report, folder })}\n` : sentence)
  return 0
}

type Exported = { readonly packages: number; readonly versions: number }

async function exportHex(call: Call, { index, blobs }: Data, folder: string): Promise<Exported> {
  const { data, hexRepository } = await configurationOf(call)
  const key = await openHexSigningKey(data)
  const resources = new HexResources({ index: index.hex, key: async () => key })
  const repository = await new HexRepositories({ index: index.hex, main: hexRepository }).find(undefined)
  if (repository === undefined) throw new Error('there is always a main repository')
  if (repository.record === undefined) {
    throw userError('USAGE', `nothing was ever published to the Hex repository ${hexRepository}`, {
      hint: 'name the repository as the registry is started with it: --hex-repository NAME',
    })
  }
  // The lists first: what is published while we write is in none of them, and all that they name is written.
  const { body: names } = await resources.names(repository)
  const { body: versions } = await resources.versions(repository)
  const records: [name: string, body: Buffer][] = []
  let count = 0
  for (const { name } of await index.hex.listings(repository.name)) {
    const record = await index.hex.package(repository.name, name)
    const resource = await resources.package(repository, name)
    if (record === undefined || resource === undefined) continue
    records.push([name, resource.body])
    for (const { version, tarball, documentation } of record.releases) {
      count++
      await writeBlob(blobs, tarball, path.join(folder, 'tarballs', `${name}-${version}.tar`))
      if (documentation !== undefined)
        await writeBlob(blobs, documentation, path.join(folder, 'docs', `${name}-${version}.tar.gz`))
    }
  }
  for (const [name, body] of records) await replaceFile(path.join(folder, 'packages', name), body)
  await replaceFile(path.join(folder, 'names'), names)
  await replaceFile(path.join(folder, 'versions'), versions)
  await replaceFile(path.join(folder, 'public_key'), Buffer.from(key.publicPem))
  return { packages: records.length, versions: count }
}

/** A published tarball never changes: one of the right size is the right one. Documentation may be replaced by another of its size. */
async function writeBlob(blobs: Data['blobs'], blob: HexBlob, file: string): Promise<void> {
  const present = await stat(file).catch(() => undefined)
  if (present?.size === blob.size && file.endsWith('.tar')) return
  const bytes = await readAll(blobs, blob.integrity)
  if (bytes === undefined) {
    throw userError('REGISTRY_DATA_INVALID', `the blob of ${path.basename(file)} is missing`, {
      hint: '`alk registry verify` names everything that is missing',
    })
  }
  await replaceFile(file, bytes)
}

async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.new`
  await writeFile(temporary, bytes)
  await rename(temporary, file)
}
