/**
 * release.lock: which Node each target's releases take along, with its hashes. The packages that it comes from are
 * published by a third party, so what was looked at once is what is taken ever after. Format: docs/formats/release.md#releaselock
 */
import { join } from 'node:path'
import { asIntegrity, asJsonObject, parseJson, parseVersion, userError } from '@alkahest/core'
import type { Integrity, Version } from '@alkahest/core'
import { readTextFile, writeFileAtomically } from '@alkahest/project'
import { sha256OfFile } from './file-digest.ts'
import type { RuntimeFiles } from './release-host.ts'
import { releaseTargets } from './target.ts'
import type { ReleaseTarget } from './target.ts'

export const RELEASE_LOCK = 'release.lock'

/** Raised when an older Alkahest could not read the file. */
const FORMAT = 1
/** Four targets have a line or two each. */
const LENGTH_MAX = 64 * 1024

export type PinnedRuntime = {
  readonly version: Version
  /** Where it came from; `node` when it was a path. */
  readonly packageName: string
  /** Of the package; of the program itself when it was a path. */
  readonly integrity: Integrity
  /** SHA-256 of the program, hexadecimal. */
  readonly nodeSha256: string
}

export type ReleaseLock = ReadonlyMap<ReleaseTarget, PinnedRuntime>

/** Empty when there is no file. Throws `RELEASE_LOCK_INVALID`: a pin that cannot be read is not no pin. */
export async function readReleaseLock(projectFolder: string): Promise<ReleaseLock> {
  const file = join(projectFolder, RELEASE_LOCK)
  const text = await readTextFile(file)
  return text === undefined ? new Map() : parseReleaseLock(text, file)
}

export async function writeReleaseLock(projectFolder: string, lock: ReleaseLock): Promise<void> {
  await writeFileAtomically(join(projectFolder, RELEASE_LOCK), formatReleaseLock(lock))
}

/** The same lock gives the same text; targets in their usual order. */
export function formatReleaseLock(lock: ReleaseLock): string {
  const runtimes = releaseTargets.flatMap((target) => {
    const pinned = lock.get(target)
    if (pinned === undefined) return []
    const { version, packageName, integrity, nodeSha256 } = pinned
    return [[target, { package: packageName, version, integrity, node: `sha256-${nodeSha256}` }]]
  })
  return `${JSON.stringify({ alkahest: FORMAT, runtimes: Object.fromEntries(runtimes) as object }, undefined, 2)}\n`
}

export function parseReleaseLock(text: string, place: string): ReleaseLock {
  if (text.length > LENGTH_MAX) throw invalid(place, `it is over ${LENGTH_MAX} characters`)
  const document = asJsonObject(parseOrUndefined(text))
  if (document?.alkahest !== FORMAT) throw invalid(place, `it is not JSON with "alkahest": ${FORMAT}`)
  const runtimes = asJsonObject(document.runtimes)
  if (runtimes === undefined) throw invalid(place, '"runtimes" is not an object')
  return new Map(
    Object.entries(runtimes).map(([name, value]) => {
      const target = releaseTargets.find((known) => known === name)
      if (target === undefined) throw invalid(place, `there is no target ${JSON.stringify(name.slice(0, 60))}`)
      return [target, parsePinned(value, `${place}: runtimes.${target}`)]
    }),
  )
}

function parsePinned(value: unknown, place: string): PinnedRuntime {
  const entry = asJsonObject(value)
  const integrity = asIntegrity(entry?.integrity)
  const node = /^sha256-(?<digest>[0-9a-f]{64})$/.exec(typeof entry?.node === 'string' ? entry.node : '')
  const { package: packageName, version } = entry ?? {}
  if (typeof packageName !== 'string' || typeof version !== 'string' || integrity === undefined || node === null)
    throw invalid(place, 'it needs "package", "version", "integrity" and "node"')
  return { version: parseVersion(version, place), packageName, integrity, nodeSha256: node.groups?.digest ?? '' }
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseJson(text, RELEASE_LOCK)
  } catch {
    return undefined
  }
}

/** What a runtime on disk would be pinned as. */
export async function pinOf(runtime: RuntimeFiles): Promise<PinnedRuntime> {
  const integrity = asIntegrity(runtime.integrity)
  if (integrity === undefined) throw invalid(runtime.nodeBinary, `${runtime.integrity} is no integrity`)
  return {
    version: parseVersion(runtime.version, runtime.nodeBinary),
    packageName: runtime.packageName,
    integrity,
    nodeSha256: await sha256OfFile(runtime.nodeBinary),
  }
}

/** The attack: other bytes under the version that was looked at. Throws `RELEASE_LOCK_MISMATCH`. */
export function checkPin(target: ReleaseTarget, pinned: PinnedRuntime, found: PinnedRuntime): void {
  const isSame = pinned.integrity === found.integrity && pinned.nodeSha256 === found.nodeSha256
  if (isSame) return
  throw userError(
    'RELEASE_LOCK_MISMATCH',
    `the Node ${found.version} for ${target} (${found.packageName}) is not the one that ${RELEASE_LOCK} pins: ${
      pinned.integrity === found.integrity ? 'its program has another SHA-256' : `its integrity is ${found.integrity}`
    }`,
    {
      hint: `find out why it changed; only if it may, remove ${target} from ${RELEASE_LOCK} and release again`,
      details: { target, pinned: { ...pinned }, found: { ...found } },
    },
  )
}

function invalid(place: string, problem: string): Error {
  return userError('RELEASE_LOCK_INVALID', `${place}: ${problem}`, {
    hint: `take ${RELEASE_LOCK} from version control again, or remove it to pin the runtimes anew`,
  })
}
