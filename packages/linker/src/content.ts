/** What a package's files are, as one text: two instances with equal contents have equal files. */
import type { ResolvedPackage, Source } from '@alkahest/core'

/** Without looking at them. */
export function contentOf(pkg: ResolvedPackage): string {
  return pkg.integrity ?? describeSource(pkg.source)
}

/**
 * Before the content of a package that gets files of its own, with the hash of what its build sees: approving a build,
 * refusing it again and another dependency beneath it make other files.
 */
const OWN_FILES = 'own '

export function ownContent(content: string, hash: string): string {
  return `${OWN_FILES}${hash} ${content}`
}

/** Whether the instance's files are copies. */
export function hasOwnFiles(content: string): boolean {
  return content.startsWith(OWN_FILES)
}

/** The content of the files as they were before any build. */
export function plainContent(content: string): string {
  return hasOwnFiles(content) ? content.slice(content.indexOf(' ', OWN_FILES.length) + 1) : content
}

function describeSource(source: Source): string {
  if (source.kind === 'git') return `git ${source.url}#${source.commit} ${source.folder ?? ''}`.trimEnd()
  if (source.kind === 'registry') return 'registry'
  return `${source.kind} ${source.kind === 'tarball' ? source.url : source.path}`
}
