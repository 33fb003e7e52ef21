/**
 * The runtime configuration of a project that is not a release yet: `rel/config.mjs`, evaluated as a release evaluates it
 * at every start, by the same providers. What a release would refuse to start with is known while one develops.
 */
import { join } from 'node:path'
import { unscopedName, userError } from '@alkahest/core'
import { readTextFile } from '@alkahest/project'
import type { Project } from '@alkahest/project'
import type { OperationContext } from './context.ts'

type Variables = OperationContext['env']

const FILE = 'rel/config.mjs'

/** The variables with those of the configuration; what is set already goes before it. Throws `RUNTIME_CONFIGURATION_INVALID`. */
export async function withRuntimeConfiguration(project: Project, variables: Variables): Promise<Variables> {
  const config = join(project.directory, FILE)
  if ((await readTextFile(config, FILE)) === undefined) return variables
  const { ConfigurationError, evaluateConfiguration } = await import('@alkahest/supervisor')
  const { name, version = '0.0.0' } = project.manifest
  try {
    const { env } = await evaluateConfiguration({
      config,
      root: project.directory,
      name: name === undefined ? 'app' : unscopedName(name),
      version,
      variables: { ...variables },
    })
    return { ...env, ...Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined)) }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw userError('RUNTIME_CONFIGURATION_INVALID', error.message.replaceAll(config, FILE), {
      hint: `a release would not start with it either; ALK_ENV is ${variables.ALK_ENV ?? 'dev'}, and ${FILE} sees it as env.ALK_ENV`,
      cause: error,
    })
  }
}
