/** Writes a file whole or not at all: under a temporary name, then renamed. A failed write leaves nothing. */
import { renameSync, rmSync, writeFileSync } from 'node:fs'

export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.next`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  }
}
