/** Something that the person at the terminal can act on; its message is all that is shown. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError'
}
