/** `alk lock`: what the lockfile holds, whole or as much of it as one member needs; as text, as JSON, or into a file. */
import { resolve } from 'node:path'
import { formatLockfile, lockfileFor } from '@alkahest/lockfile'
import type { Lockfile } from '@alkahest/lockfile'
import { userError } from '@alkahest/core'
import { ProjectFiles } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { LockEdge, LockReport } from './reports.ts'
import { similarName } from './similar-name.ts'

export type LockOptions = {
  /** A member's path or name: only what it needs. */
  readonly member?: string
  /** Where to write the text, relative to the working folder; undefined: nowhere. */
  readonly output?: string
}

/** Throws `LOCKFILE_MISSING` and `MEMBER_NOT_FOUND`. */
export async function lock(context: OperationContext, { member, output }: LockOptions): Promise<LockReport> {
  const whole = (await openLocked(context)).lockfile
  const lockfile = member === undefined ? whole : lockfileFor(whole, memberPath(whole, member))
  const text = formatLockfile(lockfile)
  const file = output === undefined ? null : resolve(context.cwd, output)
  if (file !== null) {
    const files = new ProjectFiles()
    files.stage(file, text)
    await files.write()
  }
  return { text, file, ...contents(lockfile) }
}

function memberPath({ resolution }: Lockfile, wanted: string): string {
  const plain = wanted.replace(/^\.\/(?=.)/, '').replace(/(?<=.)\/$/, '')
  const found = resolution.members.find(({ path, name }) => path === plain || name === plain)
  if (found !== undefined) return found.path
  const known = resolution.members.flatMap(({ path, name }) => (name === undefined ? [path] : [path, name]))
  const similar = similarName(plain, known)
  throw userError('MEMBER_NOT_FOUND', `the workspace has no member ${wanted}`, {
    hint:
      similar === undefined
        ? `its members are ${resolution.members.map(({ path, name }) => name ?? path).join(', ')}`
        : `did you mean ${similar}?`,
  })
}

function contents({ resolution, settings }: Lockfile): Omit<LockReport, 'text' | 'file'> {
  return {
    format: 1,
    settings,
    members: resolution.members.map(({ path, name, edges, peers }) => ({
      path,
      name: name ?? null,
      dependencies: edges.map(edgeReport),
      peers,
    })),
    packages: resolution.packages.map((one) => ({
      id: one.id,
      name: one.name,
      version: one.version,
      source: one.source.kind,
      integrity: one.integrity ?? null,
      tarball: one.tarball ?? null,
      dependencies: one.edges.map(edgeReport),
      peers: one.peers,
      os: one.os,
      cpu: one.cpu,
      libc: one.libc,
      engines: one.engines,
      bin: one.bin,
      builds: one.hasInstallScript,
      deprecated: one.deprecated ?? null,
    })),
    peerConflicts: resolution.peerConflicts.map((one) => ({ ...one, found: one.found ?? null })),
  }
}

function edgeReport({
  alias,
  kind,
  specifier,
  target,
}: Lockfile['resolution']['members'][number]['edges'][number]): LockEdge {
  return { alias, kind, specifier, target: target ?? null }
}
