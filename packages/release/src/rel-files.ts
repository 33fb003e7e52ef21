/** The files of a project's `rel` folder: what a release holds when there are none, and what `alk release init` writes. */

export const ENV_SH = `# Read by bin/* before every command, as POSIX sh. Set and export what the release needs, for example:
# export PORT="\${PORT:-8080}"
`

export const CONFIG_MJS = `// Evaluated at every start, before the application: the default export, or what it returns when it is a function of
// { env, name, version, jsonFile, credential, command, validate }. Its \`env\` is added to the workers' environment; what
// is set outside goes before it.
export default {}
`

export function nodeArgsFile(flags: readonly string[]): string {
  return ['# Flags for the Node that runs the application, one a line.', '--enable-source-maps', ...flags, ''].join(
    '\n',
  )
}

/** Path below `rel` to text; the caller writes those that are not there yet. */
export function relFiles(): Readonly<Record<string, string>> {
  return { 'env.sh': ENV_SH, 'node.args': nodeArgsFile([]), 'config.mjs': CONFIG_MJS }
}
