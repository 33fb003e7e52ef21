/** The aliases of a project: those of its own alkahest.config.ts over those of its workspace. */
import { userError } from '@alkahest/core'
import { expandAliases, findProject, loadConfig } from '@alkahest/project'
import type { Alias, Project } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { CommandLineStep } from './reports.ts'

export async function projectAliases({ directory, root }: Project): Promise<Readonly<Record<string, Alias>>> {
  const shared = root === directory ? undefined : await loadConfig(root)
  const own = await loadConfig(directory)
  return { ...shared?.aliases, ...own?.aliases }
}

export async function expandByAliases(
  context: OperationContext,
  argv: readonly string[],
): Promise<readonly CommandLineStep[]> {
  const aliases = await projectAliases(await findProject(context.cwd))
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
