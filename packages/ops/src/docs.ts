/** `alk docs`: the package's documentation, by tools that are installed when they are first needed. */
import * as build from '@alkahest/build'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import type { DocsReport } from './reports.ts'
import { toolFolder } from './tool-folder.ts'

export type DocsOptions = Pick<build.DocsOptions, 'output' | 'warningsAsErrors'>

/** Throws `DOCS_NOTHING_TO_DOCUMENT`, and what an install throws. */
export async function docs(context: OperationContext, options: DocsOptions): Promise<DocsReport> {
  const opened = await openBuild(context)
  return build.docs(opened, { ...options, toolDirectory: await toolFolder(context, 'docs', build.docsTools) })
}
