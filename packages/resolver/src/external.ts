/** Folders, tarballs and git repositories: one version each, named by where they are. */
import type { Candidate, PackageName, PackageVersions, Version } from '@alkahest/core'
import type { ExternalRequest } from './resolve-input.ts'

/** Every part of a request, as one text: the same request is the same package everywhere. */
export function requestKey(request: ExternalRequest): string {
  switch (request.kind) {
    case 'directory':
      return `link:${request.path}`
    case 'file':
      return `file:${request.path}`
    case 'tarball':
      return request.url
    case 'git': {
      const fragments = [
        request.range === undefined ? request.committish : `semver:${request.range}`,
        request.folder === undefined ? undefined : `path:${request.folder}`,
      ].filter((part) => part !== undefined)
      return `git+${request.url.replace(/^git\+/, '')}${fragments.length === 0 ? '' : `#${fragments.join('&')}`}`
    }
  }
}

/** A universe's source with one version; without a candidate it stands for a member. */
export function singleVersion(name: PackageName, version: Version, candidate: Candidate | undefined): PackageVersions {
  return {
    name,
    distTags: {},
    versions: [version],
    local: true,
    candidate: () => candidate,
    publishedAt: () => undefined,
  }
}

/** A path as written in a member's manifest, relative to the root, POSIX; absolute ones stay as they are. */
export function joinPath(memberPath: string, written: string): string {
  if (written.startsWith('/') || /^[a-zA-Z]:/.test(written) || written.startsWith('~/')) return written
  const parts: string[] = []
  for (const part of [...memberPath.split('/'), ...written.split('/')]) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.length === 0 ? '.' : parts.join('/')
}
