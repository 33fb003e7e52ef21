/** `node_modules` must be a folder of the project's own: the links in it are relative and lead nowhere from another place. */
import { lstatSync } from 'node:fs'
import { userError } from '@alkahest/core'

/** `modules` is absolute. Throws `INSTALL_WRITE_FAILED` when it is a link; what is missing or no folder fails by itself. */
export function requireOwnModules(modules: string): void {
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw userError(
    'INSTALL_WRITE_FAILED',
    `${modules} is a link to another folder, from where the links that belong in it lead nowhere; nothing was changed`,
    { hint: 'remove the link: alk makes a folder of its own, whose files are shared with its store' },
  )
}
