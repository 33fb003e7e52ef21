/** Addresses of repositories: which may be asked, and how they are shown. */
import { userError } from '@alkahest/core'

/** `https://host/x.git`, `ssh://git@host/x.git`, `file:///x`, and `git@host:x.git`, which means ssh. */
const ADDRESS = /^(?:(?:https?|ssh|git|file):\/\/[^\s]+|[\w.-]+@[\w.-]+:[^\s:][^\s]*)$/

/** Throws `SPECIFIER_UNSUPPORTED` for what git would take as an option or a program. */
export function checkAddress(url: string): void {
  if (ADDRESS.test(url)) return
  throw userError('SPECIFIER_UNSUPPORTED', `${shownAddress(url)} is no address that a git repository may have`, {
    hint: 'use https, ssh, git or file',
  })
}

/** Without the password that somebody wrote into it. */
export function shownAddress(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*:[^/@]*@/, '$1***@')
}
