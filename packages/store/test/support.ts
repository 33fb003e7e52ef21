/** Packages and tarballs for tests, down to single broken headers. */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, lstatSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTarball } from '@alkahest/protocol'
import type { PackedTarball } from '@alkahest/protocol'
import { Header, Pax } from 'tar'
import type { HeaderData } from 'tar'
import { onTestFinished } from 'vitest'

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alk-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A well-formed package; `name` and `version` of the manifest are given unless the files hold a package.json. */
export function packageOf(files: Readonly<Record<string, string>>, manifest: object = {}): PackedTarball {
  const all = { 'package.json': JSON.stringify({ name: 'a', version: '1.0.0', ...manifest }), ...files }
  return packTarball(
    Object.entries(all).map(([path, text]) => ({ path, content: Buffer.from(text), executable: path.endsWith('.sh') })),
  )
}

export type Entry = HeaderData & { readonly content?: string | Uint8Array; readonly pax?: Record<string, string> }

/** An archive with exactly these headers, whatever they say. */
export function archiveOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ content = '', pax, ...fields }) => {
    const bytes = Buffer.from(content)
    const header = Buffer.alloc(512)
    new Header({ mode: 0o644, size: bytes.length, type: 'File', mtime: new Date(0), ...fields }).encode(header)
    const extended = pax === undefined ? [] : [new Pax(pax).encode()]
    return [...extended, header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export const manifestEntry: Entry = { path: 'package/package.json', content: '{"name":"a","version":"1.0.0"}' }

/** A tarball of a package.json and these entries. */
export function tarballOf(...entries: readonly Entry[]): Buffer {
  return gzipSync(archiveOf([manifestEntry, ...entries]))
}

/** Path to what is there: content, mode and link target; equal trees are equal objects. */
export function treeOf(folder: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const path = join(folder, entry)
    const found = lstatSync(path)
    const mode = (found.mode & 0o7777).toString(8)
    if (found.isSymbolicLink()) tree[entry] = `-> ${readlinkSync(path)}`
    else if (found.isDirectory()) tree[entry] = `folder ${mode}`
    else tree[entry] = `${mode} ${readFileSync(path, 'latin1')}`
  }
  return tree
}
