/** `alk store`: where the machine's packages are, how much they take, whether they are whole, and away with the unused. */
import { openStore } from '@alkahest/store'
import type { Store } from '@alkahest/store'
import { buildsDirectory } from './builds-directory.ts'
import type { OperationContext } from './context.ts'
import { storeDirectory } from './store-directory.ts'

export type StoreOptions = { readonly action: 'path' | 'size' | 'verify' | 'gc' }

/** What was not asked for is null. */
export type StoreReport = {
  /** Absolute. */
  readonly directory: string
  readonly size: { readonly packages: number; readonly files: number; readonly bytes: number } | null
  readonly verified: {
    readonly checked: number
    /** They were removed: the next install fetches them again. */
    readonly damaged: readonly { readonly what: string; readonly reason: string }[]
  } | null
  readonly collected: {
    readonly kept: number
    /** `name@version` of what nobody uses. */
    readonly removed: readonly string[]
    /** Instances of the shared layout. */
    readonly instances: number
    /** Results of builds that nobody used for a month. */
    readonly builds: number
    readonly bytes: number
  } | null
}

/** `verify` and `gc` wait for every install on the machine, and installs wait for them. */
export async function store(context: OperationContext, { action }: StoreOptions): Promise<StoreReport> {
  const directory = storeDirectory(context)
  await using opened = openStore({ directory })
  if (action === 'verify' || action === 'gc') context.progress({ kind: 'step', what: 'going through the store' })
  return {
    directory,
    size: action === 'size' ? opened.size() : null,
    verified: action === 'verify' ? await opened.verify() : null,
    // A package that a project uses has a second name there, or is in an instance that the project noted.
    collected: action === 'gc' ? await collect(context, opened) : null,
  }
}

async function collect(context: OperationContext, opened: Store): Promise<NonNullable<StoreReport['collected']>> {
  const { collectBuilds } = await import('@alkahest/build')
  let builds = { removed: 0, bytes: 0 }
  const alongside = (): void => {
    builds = collectBuilds({ cacheDirectory: buildsDirectory(context), now: context.now() })
  }
  const report = await opened.collect({ keep: new Set(), alongside })
  return { ...report, builds: builds.removed, bytes: report.bytes + builds.bytes }
}
