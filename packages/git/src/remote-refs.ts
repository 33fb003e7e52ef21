/** What a repository offers: its refs as `git ls-remote` prints them, and which commit a specifier means among them. */
import { asVersion, compareVersions, parseRange, rangeHas } from '@alkahest/core'
import type { Version } from '@alkahest/core'

/** Full name of each ref to the commit it stands for; an annotated tag stands for what it points at. */
export type RemoteRefs = ReadonlyMap<string, string>

const LINE = /^([0-9a-f]{40,64})\t(\S+)$/

export function parseRemoteRefs(text: string): RemoteRefs {
  const refs = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, commit, name] = LINE.exec(line) ?? []
    // `name^{}` follows `name` and says what the tag points at.
    if (commit !== undefined && name !== undefined) refs.set(name.replace(/\^\{\}$/, ''), commit)
  }
  return refs
}

/** git's own order: the full name, a tag, a branch. */
export function commitOfRef(refs: RemoteRefs, name: string): string | undefined {
  return refs.get(name) ?? refs.get(`refs/${name}`) ?? refs.get(`refs/tags/${name}`) ?? refs.get(`refs/heads/${name}`)
}

/** The highest tagged version in the range; of several tags for it, the plainest: `v1.2.3` and not `other-v1.2.3`. */
export function commitOfRange(refs: RemoteRefs, range: string): string | undefined {
  const parsed = parseRange(range)
  const tagged = versionTags(refs).filter(({ version }) => rangeHas(parsed, version, { includePrerelease: false }))
  const [best] = tagged.toSorted(
    (left, right) => compareVersions(right.version, left.version) || left.tag.length - right.tag.length,
  )
  return best === undefined ? undefined : refs.get(`refs/tags/${best.tag}`)
}

/** Versions that tags name, the highest first: for a sentence. */
export function versionsOfTags(refs: RemoteRefs): readonly Version[] {
  const versions = versionTags(refs).map(({ version }) => version)
  return [...new Set(versions)].toSorted((left, right) => compareVersions(right, left))
}

/** npm's rule: a tag names the version that it ends with, a `v` in front or not. */
function versionTags(refs: RemoteRefs): readonly { readonly tag: string; readonly version: Version }[] {
  return [...refs.keys()].flatMap((name) => {
    if (!name.startsWith('refs/tags/')) return []
    const tag = name.slice('refs/tags/'.length)
    const version = asVersion(/v?(\d+\.\d+\.\d+(?:[-+].+)?)$/.exec(tag)?.[1] ?? '')
    return version === undefined ? [] : [{ tag, version }]
  })
}
