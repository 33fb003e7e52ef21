/** A Node of this machine as the runtime of a release: for targets that no package exists for, and for tests without a network. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { parseVersion, userError } from '@alkahest/core'
import type { RuntimeFiles } from './release-host.ts'

/** `nodeBinary` is absolute; its licence lies two folders above it, as in every distribution of Node. Throws `RUNTIME_NOT_FOUND`. */
export async function localRuntime(nodeBinary: string): Promise<RuntimeFiles> {
  const license = join(dirname(dirname(nodeBinary)), 'LICENSE')
  for (const path of [nodeBinary, license]) {
    await access(path).catch((cause: unknown) => {
      throw userError('RUNTIME_NOT_FOUND', `there is no ${path}, which a runtime given as a path needs`, { cause })
    })
  }
  const { stdout } = await promisify(execFile)(nodeBinary, ['--version'])
  const hash = createHash('sha512')
  await pipeline(createReadStream(nodeBinary), hash)
  return {
    version: parseVersion(stdout.trim(), nodeBinary),
    nodeBinary,
    license,
    integrity: `sha512-${hash.digest('base64')}`,
    packageName: 'node',
  }
}
