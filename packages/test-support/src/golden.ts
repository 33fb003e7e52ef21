/** A text compared with one that is kept in a file and reviewed like code. `ALKAHEST_WRITE_GOLDENS=1` writes it instead. */
import { AssertionError } from 'node:assert'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const WRITE = 'ALKAHEST_WRITE_GOLDENS'

/** @param file absolute: `path.join(import.meta.dirname, 'goldens/name.txt')` */
export async function expectGolden(file: string, actual: string): Promise<void> {
  if (process.env[WRITE] === '1') {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, actual)
  }
  const golden = await readFile(file, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  })
  if (golden === actual) return
  const name = path.basename(file)
  const message =
    golden === undefined
      ? `there is no golden ${name}; ${WRITE}=1 writes it`
      : `${name} reads differently now; if better, ${WRITE}=1 writes it`
  throw new AssertionError({ message, actual, expected: golden ?? '', operator: 'expectGolden' })
}
