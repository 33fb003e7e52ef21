/** Two commands that write the same files wait for each other; the kernel drops the lock when its holder dies. */
import { join } from 'node:path'
import { buildCacheFolder } from '@alkahest/build'
import { lockFile } from '@alkahest/store'
import type { OperationContext } from './context.ts'

export function takeBuildLock(context: OperationContext, directory: string, name: string): Promise<Disposable> {
  return lockFile(join(buildCacheFolder(directory), `${name}.lock`), {
    mode: 'exclusive',
    onWait: () => context.progress({ kind: 'note', text: `waiting for another ${name} of this package` }),
  })
}
