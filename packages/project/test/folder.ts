/** A temporary folder filled from a tree of texts; it goes when the test file ends. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export async function folder(tree: Readonly<Record<string, string | object>> = {}): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'alkahest-project-')))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(
      join(directory, path),
      typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`,
    )
  }
  return directory
}

/** The code and sentence of what a promise throws. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return `${code ?? 'no code'}: ${message}`
  }
  return 'nothing was thrown'
}
