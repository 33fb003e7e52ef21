/**
 * The packages that pnpm tests itself with (`@pnpm/registry-mock`): odd names, odd manifests, every kind of dependency. Each version is published as it is
 * and read back: its bytes, its manifest, its tags. They come from the configured npm registry.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { asJsonObject } from '@alkahest/core'
import type { Candidate, JsonObject, PackageName, Version } from '@alkahest/core'
import { readCandidate, readTarball } from '@alkahest/protocol'
import { startRegistry, tempTree } from '@alkahest/test-support'
import { expect, test } from 'vitest'
import { ABBREVIATED, ask } from '../e2e/registry-requests.ts'

const MOCK = '@pnpm/registry-mock@5.2.4'

const run = promisify(execFile)

type Published = { readonly document: JsonObject; readonly version: string; readonly tarball: Buffer }

test('every version is published as it is and reads back identical', async () => {
  await using tree = await tempTree()
  await run('npm', ['pack', MOCK, '--loglevel=error'], { cwd: tree.path })
  const [archive] = await readdir(tree.path)
  await run('tar', ['xzf', archive!], { cwd: tree.path })
  const versions = await versionsIn(path.join(tree.path, 'package', 'registry', 'storage-cache'))
  expect(versions).toHaveLength(253)

  await using registry = await startRegistry({ flags: { 'publishes-per-minute': '0' } })
  const refused: string[] = []
  for (const published of versions) {
    const { status, json } = await put(registry, published)
    if (status !== 201) refused.push(`${published.document.name as string}@${published.version}: ${json.error}`)
  }
  expect(refused).toEqual([])
  for (const published of versions) await expectIdentical(registry, published)
})

/** Every version whose tarball is in the package; the others are only known by name there. */
async function versionsIn(folder: string): Promise<readonly Published[]> {
  const files = await readdir(folder, { recursive: true })
  const found: Published[] = []
  for (const file of files.filter((name) => path.basename(name) === 'package.json').toSorted()) {
    const document = asJsonObject(JSON.parse(await readFile(path.join(folder, file), 'utf8')))!
    const unscoped = (document.name as string).split('/').at(-1)!
    for (const version of Object.keys(asJsonObject(document.versions) ?? {})) {
      const tarball = path.join(path.dirname(file), `${unscoped}-${version}.tgz`)
      if (!files.includes(tarball)) continue
      found.push({ document, version, tarball: await readFile(path.join(folder, tarball)) })
    }
  }
  return found
}

type Target = { readonly url: string; readonly token: string }

/** As clients do: the version, then what was said of it later. */
async function put({ url, token }: Target, { document, version, tarball }: Published): ReturnType<typeof ask> {
  const name = document.name as string
  const tags = Object.entries(asJsonObject(document['dist-tags']) ?? {}).filter(([, tagged]) => tagged === version)
  const body = {
    _id: name,
    name,
    'dist-tags': Object.fromEntries(tags),
    versions: { [version]: asJsonObject(document.versions)?.[version] },
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: 'application/octet-stream',
        data: tarball.toString('base64'),
        length: tarball.length,
      },
    },
  }
  const address = url + name.replace('/', '%2f')
  const published = await ask(address, { method: 'PUT', token, body })
  const { deprecated } = asJsonObject(body.versions[version]) ?? {}
  if (published.status !== 201 || deprecated === undefined) return published
  return ask(address, { method: 'PUT', token, body: { _id: name, name, versions: { [version]: { deprecated } } } })
}

async function expectIdentical({ url }: Target, { document, version, tarball }: Published): Promise<void> {
  const name = document.name as string
  const sent = asJsonObject(asJsonObject(document.versions)?.[version]) ?? {}
  const address = url + name.replace('/', '%2f')
  const { manifest, hasBindingGyp } = await readTarball(tarball, { place: name })
  const marks = {
    ...(sent.deprecated === undefined ? {} : { deprecated: sent.deprecated }),
    ...(hasBindingGyp ? { hasInstallScript: true } : {}),
  }
  for (const headers of [{}, { accept: ABBREVIATED }]) {
    const { json } = await ask(address, { headers })
    const got = json.versions[version]
    expect(candidateOf(got)).toEqual(candidateOf({ ...manifest, ...marks, dist: got.dist }))
    expect(pick(got.dist, ['integrity', 'shasum'])).toEqual(
      pick(asJsonObject(sent.dist) ?? {}, ['integrity', 'shasum']),
    )
    expect(json['dist-tags']).toMatchObject(
      Object.fromEntries(
        Object.entries(asJsonObject(document['dist-tags']) ?? {}).filter(([, tagged]) => tagged === version),
      ),
    )
    expect((await ask(got.dist.tarball)).bytes.equals(tarball)).toBe(true)
  }
}

/** All that an installer acts on; the manifest is that of the tarball, which npm's own rewrites of what it sends do not change. */
function candidateOf(manifest: JsonObject): Candidate | undefined {
  return readCandidate(manifest.name as PackageName, manifest.version as Version, manifest)
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => fields.includes(field)))
}
