/** Folders and stores for one test. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@alkahest/store'
import type { Store } from '@alkahest/store'
import { onTestFinished } from 'vitest'

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alk-linker-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An empty project and an empty store beside it. */
export function projectAndStore(): { readonly root: string; readonly store: Store } {
  const folder = temporaryFolder()
  const store = openStore({ directory: join(folder, 'store'), concurrency: 0 })
  onTestFinished(() => store.close())
  mkdirSync(join(folder, 'project'))
  return { root: join(folder, 'project'), store }
}
