/**
 * Puts a file of the store into a project: a hard link where that works, else a clone or a copy. Which of them works is a property
 * of the two places, so it is found out once.
 */
import { constants, copyFileSync, linkSync, readFileSync, writeFileSync } from 'node:fs'

/** Why a device as a whole takes no hard links: another file system, none at all, or files that are not ours (protected_hardlinks). */
const NO_LINKS: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

export class FilePlacer {
  linked = 0
  /** Clones where the file system can, copies elsewhere; which of them it was, the system does not say. */
  copied = 0
  #canLink: boolean

  constructor(options: { readonly copy?: boolean } = {}) {
    this.#canLink = options.copy !== true
  }

  place(from: string, to: string): void {
    if (this.#canLink) {
      try {
        linkSync(from, to)
        this.linked++
        return
      } catch (cause) {
        const code = String((cause as NodeJS.ErrnoException).code)
        // EMLINK: this one file has as many names as its file system allows.
        if (code !== 'EMLINK' && !NO_LINKS.has(code)) throw cause
        this.#canLink = code === 'EMLINK'
      }
    }
    this.copy(from, to)
  }

  /** A file of the project's own: what changes it there changes nothing else. */
  copy(from: string, to: string): void {
    copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    this.copied++
  }

  /** A copy whose first line ends in LF alone, so that a kernel can start it. */
  placeMended(from: string, to: string): void {
    const content = readFileSync(from)
    const end = content.indexOf('\r\n')
    writeFileSync(to, Buffer.concat([content.subarray(0, end), content.subarray(end + 1)]), { flag: 'wx', mode: 0o755 })
    this.copied++
  }
}
