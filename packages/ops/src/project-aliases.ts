/** A command line as the aliases of the project mean it. */
import { userError } from '@alkahest/core'
import { expandAliases, findProject, projectConfiguration } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { CommandLineStep } from './reports.ts'

export async function expandByAliases(
  context: OperationContext,
  argv: readonly string[],
): Promise<readonly CommandLineStep[]> {
  const { aliases } = await projectConfiguration(await findProject(context.cwd))
  return expandAliases(aliases, argv).map((step) =>
    step.kind === 'command' ? step : { kind: 'call', name: step.name, call: () => call(step) },
  )
}

async function call(step: {
  readonly name: string
  readonly run: (args: readonly string[]) => unknown
  readonly args: readonly string[]
}): Promise<void> {
  try {
    await step.run(step.args)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw userError('TASK_FAILED', `the alias ${step.name} failed: ${reason}`, { cause })
  }
}
