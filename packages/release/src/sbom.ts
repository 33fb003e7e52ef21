/**
 * The bill of materials in CycloneDX 1.6: the application, every package in the release, and the runtime, with hashes,
 * licences and who depends on whom. The same release gives the same document.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asIntegrity, asJsonObject, integrityAlgorithm, integrityHex, parseJson } from '@alkahest/core'
import type { Integrity, Json, JsonObject } from '@alkahest/core'
import type { PackageFolder, RuntimeFiles } from './release-host.ts'
import type { Placement } from './dependencies.ts'
import type { Release } from './release.ts'

export type PlacedFolder = { readonly placement: Placement; readonly folder: PackageFolder }

const HASH_NAMES: Readonly<Record<string, string>> = {
  sha512: 'SHA-512',
  sha384: 'SHA-384',
  sha256: 'SHA-256',
  sha1: 'SHA-1',
}

export type SbomInput = {
  readonly release: Release
  readonly placed: readonly PlacedFolder[]
  readonly runtime: RuntimeFiles
}

export async function makeSbom({ release, placed, runtime }: SbomInput): Promise<string> {
  const root = `pkg:npm/${release.name}@${release.version}`
  const packages = await Promise.all(placed.map(componentOf))
  const components = [...packages, runtimeComponent(runtime)]
  const references = new Map(placed.map(({ placement }) => [placement.folder, referenceOf(placement)]))
  const dependsOn = (placement: Placement): string[] =>
    [...placement.links.values()].map((folder) => references.get(folder) ?? root).toSorted()
  const app = release.placements.find(({ source }) => source.kind === 'app')
  const started = placed
    .filter(({ placement: { source } }) => source.kind === 'member' && release.members.includes(source.member.path))
    .map(({ placement }) => referenceOf(placement))
  const direct = new Set([...(app === undefined ? [] : dependsOn(app)), ...started])
  const content = {
    component: { type: 'application', 'bom-ref': root, name: release.name, version: release.version, purl: root },
    components,
    dependencies: [
      { ref: root, dependsOn: [...[...direct].toSorted(), 'runtime'] },
      ...placed.map(({ placement }) => ({ ref: referenceOf(placement), dependsOn: dependsOn(placement) })),
      { ref: 'runtime' },
    ],
  }
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    metadata: {
      timestamp: new Date(release.sourceDateEpoch * 1000).toISOString(),
      tools: { components: [{ type: 'application', name: 'alkahest' }] },
      component: content.component,
    },
    components: content.components,
    dependencies: content.dependencies,
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

async function componentOf({ placement, folder }: PlacedFolder): Promise<JsonObject> {
  const manifest = await readManifest(folder)
  const { source } = placement
  const name = source.kind === 'package' ? source.instance.package.name : (asText(manifest.name) ?? placement.folder)
  const version = source.kind === 'package' ? source.instance.package.version : (asText(manifest.version) ?? '0.0.0')
  const integrity = source.kind === 'package' ? source.instance.package.integrity : undefined
  const licence = licenceOf(manifest)
  return {
    type: 'library',
    'bom-ref': referenceOf(placement),
    name,
    version,
    purl: purlOf(name, version),
    ...hashesOf(integrity),
    ...(licence === undefined ? {} : { licenses: [licence] }),
  }
}

function runtimeComponent({ version, packageName, integrity }: RuntimeFiles): JsonObject {
  return {
    type: 'platform',
    'bom-ref': 'runtime',
    name: 'node',
    version,
    purl: purlOf(packageName, version),
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:-:*:*:*`,
    // A runtime that was given as a path has none.
    ...hashesOf(asIntegrity(integrity)),
  }
}

/** Unique in the release: one folder is one instance. */
function referenceOf({ source, folder }: Placement): string {
  return source.kind === 'package' ? source.instance.id : folder
}

function hashesOf(integrity: Integrity | undefined): JsonObject {
  if (integrity === undefined) return {}
  return { hashes: [{ alg: HASH_NAMES[integrityAlgorithm(integrity)] ?? 'SHA-512', content: integrityHex(integrity) }] }
}

async function readManifest({ folder, files }: PackageFolder): Promise<JsonObject> {
  if (!files.some(({ path }) => path === 'package.json')) return {}
  const file = join(folder, 'package.json')
  return asJsonObject(parseJson(await readFile(file, 'utf8'), file)) ?? {}
}

/** An SPDX expression stays one; whatever else the package says is given as its name. */
function licenceOf(manifest: JsonObject): JsonObject | undefined {
  const { license } = manifest
  const text = typeof license === 'string' ? license : asText(asJsonObject(license)?.type)
  if (text === undefined || text === '') return undefined
  return /^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$/.test(text) && text.includes(' ')
    ? { expression: text }
    : { license: { name: text } }
}

function asText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** https://github.com/package-url/purl-spec: the scope is a namespace, its @ is escaped. */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`
}

/** A name-based UUID (version 8: our own derivation) of a content. */
function uuidOf(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
