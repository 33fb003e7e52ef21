/** `alk why`: how a package came in and what decided its version. */
import { userError } from '@alkahest/core'
import { explainWhy } from '@alkahest/resolver'
import type { OperationContext } from './context.ts'
import { openLocked } from './locked-project.ts'
import type { WhyReport } from './reports.ts'
import { similarName } from './similar-name.ts'

export type WhyOptions = { readonly name: string }

/** Throws `PACKAGE_NOT_INSTALLED` when the lockfile has no such package. */
export async function why(context: OperationContext, options: WhyOptions): Promise<WhyReport> {
  const { lockfile, project } = await openLocked(context)
  const report = explainWhy(lockfile.resolution, options.name)
  if (report.versions.length > 0) return report
  const known = lockfile.resolution.packages.map(({ name }) => name)
  const similar = similarName(options.name, [...new Set(known)])
  throw userError('PACKAGE_NOT_INSTALLED', `nothing in ${project.root} depends on ${options.name}`, {
    ...(similar === undefined ? {} : { hint: `did you mean ${similar}?` }),
  })
}
