/**
 * The project's own files while an operation changes them: new texts are kept in memory until everything that can fail
 * without touching the project has succeeded; then they are written, and put back when what follows fails.
 */
import { rm } from 'node:fs/promises'
import { readBytes, writeFileAtomically } from './file.ts'

export class ProjectFiles {
  readonly #staged = new Map<string, string>()
  readonly #written = new Map<string, Buffer | undefined>()

  /** What `path` (absolute) will hold. */
  stage(path: string, text: string): void {
    this.#staged.set(path, text)
  }

  /** The text that was staged for a file, or what it holds on disk; undefined when there is no such file. */
  async read(path: string): Promise<Buffer | undefined> {
    const staged = this.#staged.get(path)
    return staged === undefined ? readBytes(path) : Buffer.from(staged)
  }

  /** Each file in one rename; files whose content stays are not touched. */
  async write(): Promise<void> {
    for (const [path, text] of this.#staged) {
      const before = await readBytes(path)
      if (before?.equals(Buffer.from(text)) === true) continue
      this.#written.set(path, before)
      await writeFileAtomically(path, text)
    }
  }

  /** Every file as it was before {@link write}. */
  async restore(): Promise<void> {
    for (const [path, before] of this.#written) {
      if (before === undefined) await rm(path, { force: true })
      else await writeFileAtomically(path, before)
    }
    this.#written.clear()
  }
}
