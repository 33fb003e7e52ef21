/** `alk console`: a prompt inside the project. */
import * as build from '@alkahest/build'
import type { OperationContext } from './context.ts'
import { openBuild } from './open-build.ts'
import type { RunReport } from './reports.ts'

export async function openConsole(context: OperationContext, options: build.ConsoleOptions): Promise<RunReport> {
  return build.openConsole(await openBuild(context, { preferred: 'dev', starts: true }), options)
}
