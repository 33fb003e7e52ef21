/**
 * A published manifest cut down to what solving and installing read of it. `readCandidate` makes the same of both: the
 * client keeps this in its cache, and a closure travels with it.
 */
import { asIntegrity, asJsonObject } from '@alkahest/core'
import type { Json, JsonObject } from '@alkahest/core'
import { hasInstallScript } from './parse-packument.ts'

/** What `readCandidate` reads as it stands; bundled names, scripts and `dist` it reads in its own way. */
const KEPT_FIELDS = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'engines',
  'bin',
  'os',
  'cpu',
  'libc',
  'deprecated',
]

export function leanManifest(manifest: JsonObject): JsonObject {
  const lean: Record<string, Json> = {}
  for (const field of KEPT_FIELDS) {
    const value = manifest[field]
    if (isSaid(value)) lean[field] = value
  }
  const bundled = manifest.bundleDependencies ?? manifest.bundledDependencies
  if (isSaid(bundled)) lean.bundleDependencies = bundled
  if (hasInstallScript(manifest)) lean.hasInstallScript = true
  const dist = asJsonObject(manifest.dist)
  return dist === undefined ? lean : { ...lean, dist: leanDist(dist) }
}

/** The shasum only where it is all there is. */
function leanDist(dist: JsonObject): JsonObject {
  const lean: Record<string, Json> = {}
  const promise = asIntegrity(dist.integrity) === undefined ? 'shasum' : 'integrity'
  for (const field of ['tarball', promise, 'unpackedSize']) {
    const value = dist[field]
    if (isSaid(value)) lean[field] = value
  }
  return lean
}

/** Neither absent nor empty; an empty text is something to those who read lists. */
function isSaid(value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === false) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
