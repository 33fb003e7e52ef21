/** What a shell can complete that only the project knows. */
import { findProject, loadWorkspace } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import type { CompletionWords } from './reports.ts'
import { tasks } from './tasks.ts'

export async function completionWords(context: OperationContext): Promise<CompletionWords> {
  const project = await findProject(context.cwd)
  const { members } = await loadWorkspace(project.root)
  const listed = await tasks(context)
  return {
    tasks: listed.tasks.map(({ name }) => name),
    aliases: listed.aliases.map(({ name }) => name),
    scripts: Object.keys(project.manifest.scripts),
    members: members.flatMap(({ manifest }) => manifest.name ?? []),
  }
}
