/**
 * Tools that a project does not depend on itself: each set stands in a folder of this machine, asked for exactly and
 * installed as any project is, from the registry that the project uses.
 */
import { join } from 'node:path'
import { loadNpmConfig } from '@alkahest/npm-config'
import { writeFileAtomically } from '@alkahest/project'
import type { OperationContext } from './context.ts'
import { install } from './install.ts'

/** The folder, absolute, with the tools installed; nothing to do costs nothing. */
export async function toolFolder(
  context: OperationContext,
  name: string,
  tools: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = join(context.home, 'tools', name)
  const manifest = { name: `alkahest-tools-${name}`, version: '0.0.0', private: true, dependencies: tools }
  await writeFileAtomically(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const { registry } = await loadNpmConfig({ cwd: context.cwd, env: context.env })
  const env = { ...context.env, npm_config_registry: registry }
  // Exact versions that this version of alk was tested with: their age says nothing.
  await install({ ...context, cwd: directory, env }, { frozen: false })
  return directory
}
