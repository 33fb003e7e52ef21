/**
 * The supervisor's files for a release. In the packed command it is one bundled file, copied as it is. In the repository
 * it is TypeScript: the types are erased, the names in imports changed, and nothing else, so that a stack trace in
 * production points at the line of the source.
 */
import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { textFile } from './release-file.ts'
import type { ReleaseFile } from './release-file.ts'

/** What the start script runs. */
const MAIN = 'main.mjs'

export async function readSupervisor(file: string): Promise<readonly (readonly [string, ReleaseFile])[]> {
  if (!file.endsWith('.ts')) return [[MAIN, textFile(await readFile(file, 'utf8'))]]
  const folder = dirname(file)
  const sources = (await readdir(folder)).filter((name) => name.endsWith('.ts') && name !== 'index.ts')
  return await Promise.all(
    sources.map(async (name) => {
      const output = name === basename(file) ? MAIN : name.replace(/\.ts$/, '.mjs')
      return [output, textFile(javascriptOf(await readFile(join(folder, name), 'utf8')))] as const
    }),
  )
}

function javascriptOf(source: string): string {
  return withoutWarning(() => stripTypeScriptTypes(source)).replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.mjs'")
}

/** Node says once per process that erasing types is experimental; nobody who makes a release can act on that. */
function withoutWarning<Value>(run: () => Value): Value {
  // eslint-disable-next-line typescript/unbound-method -- it is only put back
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return run()
  } finally {
    process.emitWarning = emitWarning
  }
}
