/** What a person is told when the disk refuses: the thing, the place, and what to do about this kind of refusal. */
import { UserError, userError } from '@alkahest/core'

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and run it again',
  EDQUOT: 'the disk quota is used up: free some space and run it again',
  EACCES: 'you may not write there: check who owns the folder, or set ALKAHEST_HOME to another one',
  EPERM: 'you may not write there: check who owns the folder, or set ALKAHEST_HOME to another one',
  EROFS: 'the file system is read-only: set ALKAHEST_HOME to another folder',
  EMFILE: 'too many files are open: close some programs, or raise the limit with ulimit -n',
  ENFILE: 'too many files are open on this machine: close some programs',
  ENOTDIR: 'a file lies where a folder has to be: move it, and run it again',
}

/** The error to throw for a failed write of the store. What is a {@link UserError} or no error of the disk stays as it is. */
export function storeError(what: string, cause: unknown): unknown {
  if (cause instanceof UserError) return cause
  const { code, path } = cause as NodeJS.ErrnoException
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return cause
  const hint = hints[code]
  return userError(
    'STORE_WRITE_FAILED',
    `${what} could not be put into the store (${code}${path === undefined ? '' : ` at ${path}`})`,
    {
      ...(hint === undefined ? {} : { hint }),
      details: { what, errno: code },
      cause,
    },
  )
}
