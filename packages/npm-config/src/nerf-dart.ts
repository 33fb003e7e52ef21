/**
 * The key under which npm keeps what belongs to one registry: its address without the protocol (`//host:4873/path/`).
 * npm calls this a nerf dart.
 */

/** The key for a registry's address, with a final slash. */
export function nerfDart(registry: string): string {
  const url = new URL(registry)
  return `//${url.host}${url.pathname.replace(/\/?$/, '/')}`
}

/**
 * Every key that covers an address, the closest first: `//h/a/b`, `//h/a/`, `//h/a`, `//h/`, `//h`. npm accepts both
 * with and without the final slash.
 */
export function coveringKeys(address: string): readonly string[] {
  const url = new URL(address)
  const keys: string[] = []
  let key = `//${url.host}${url.pathname}`
  while (key.length > 2) {
    keys.push(key)
    key = key.replace(/(?:[^/]+|\/)$/, '')
  }
  return keys
}
