/** npm's own default registry, out of npm's own table of definitions: its address stands nowhere in our code. */

/** The table costs some 25 ms to load, so it is asked for only when nothing names a registry. */
export async function defaultRegistry(): Promise<string> {
  const { default: definitions } = await import('@npmcli/config/lib/definitions/definitions.js')
  return definitions.registry.default
}
