/** Where the command stands on a line: what is before it concerns every command, what is after it is its own. */

/** Where the command's name stands: the first argument that is neither a global option nor its value. */
export function commandIndex(argv: readonly string[]): number | undefined {
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? ''
    if (argument === '--') return undefined
    if (argument === '-C') index++
    else if (!argument.startsWith('-')) return index
  }
  return undefined
}
