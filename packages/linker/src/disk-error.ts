/** What a person is told when the disk refuses to take `node_modules`. */
import { UserError, userError } from '@alkahest/core'

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and run it again',
  EDQUOT: 'the disk quota is used up: free some space and run it again',
  EACCES: 'you may not write there: check who owns the project and its node_modules',
  EPERM: 'you may not write there: check who owns the project and its node_modules',
  EEXIST: 'something else is in the way there: move it, and run it again',
  ENOTDIR: 'a file lies where a folder has to be: move it, and run it again',
  EROFS: 'the file system of the project is read-only',
  EMFILE: 'too many files are open: close some programs, or raise the limit with ulimit -n',
}

/** The error to throw for a failed write below the root; what is no error of the disk stays as it is. */
export function linkError(root: string, cause: unknown): unknown {
  if (cause instanceof UserError) return cause
  const { code, path, syscall, dest } = cause as NodeJS.ErrnoException & { readonly dest?: string }
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return cause
  const hint = hints[code]
  const place = dest ?? path ?? root
  return userError(
    'INSTALL_WRITE_FAILED',
    `node_modules could not be written: ${syscall ?? 'a write'} failed at ${place} (${code}); what was installed before is unchanged`,
    {
      ...(hint === undefined ? {} : { hint }),
      details: { errno: code, place },
      cause,
    },
  )
}
