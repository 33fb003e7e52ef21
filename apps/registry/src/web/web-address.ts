/** What a manifest calls an address -> one that a page may link to. The attack: `javascript:` and whatever else a browser runs. */

/** Short for a repository on a forge, as npm reads it. */
const FORGES: Readonly<Record<string, string>> = {
  github: 'https://github.com/',
  gitlab: 'https://gitlab.com/',
  bitbucket: 'https://bitbucket.org/',
}

/** Undefined for what is no address of the web. */
export function webAddressOf(text: string): string | undefined {
  const [, forge = 'github', path] = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/.exec(text) ?? []
  const url = URL.parse(path === undefined ? plainAddress(text) : `${FORGES[forge] ?? ''}${path}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined
  // What stands before the host is there to be taken for it.
  url.username = ''
  url.password = ''
  return url.href
}

/** `git+ssh://git@host/path.git` and `git@host:path.git` are `https://host/path`. */
function plainAddress(text: string): string {
  return text
    .replace(/^git\+(?=https?:)/, '')
    .replace(/^(?:git\+)?(?:ssh|git):\/\/(?:git@)?/, 'https://')
    .replace(/^git@([\w.-]+):/, 'https://$1/')
    .replace(/\.git(?=$|#)/, '')
}
