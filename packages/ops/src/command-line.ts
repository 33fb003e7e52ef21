/** What a command line means once the project's aliases are taken into account. Most projects have none: nothing is loaded then. */
import { aliasSources } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { CommandLineStep } from './reports.ts'

/** The steps in order; the command line itself when its first word is no alias. Throws `CONFIG_INVALID` and `ALIAS_CYCLE`. */
export async function expandCommandLine(
  context: OperationContext,
  { argv }: { readonly argv: readonly string[] },
): Promise<readonly CommandLineStep[]> {
  if (aliasSources(context.cwd).length === 0) return [{ kind: 'command', argv }]
  const { expandByAliases } = await import('./project-aliases.ts')
  return expandByAliases(context, argv)
}
