/** What `bin/NAME` tells the program: the RELEASE_* variables. Names and meaning: docs/formats/release.md#environment */
import { join } from 'node:path'
import { ConfigurationError } from './failure.ts'

export type Environment = {
  readonly root: string
  readonly name: string
  readonly version: string
  /** Where what changes is kept: `run` (pid file, sockets, cookie) and `log`. */
  readonly temporary: string
  /** The file of Node flags for workers. */
  readonly nodeArgs: string
  /** The module evaluated at boot. */
  readonly config: string
  /** Everything, as the workers get it too. */
  readonly variables: NodeJS.ProcessEnv
}

export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const required = (name: string): string => {
    const value = variables[name]
    if (value === undefined || value === '')
      throw new ConfigurationError(`${name} is not set: run this through bin/NAME`)
    return value
  }
  const root = required('RELEASE_ROOT')
  const version = required('RELEASE_VSN')
  return {
    root,
    name: required('RELEASE_NAME'),
    version,
    temporary: required('RELEASE_TMP'),
    nodeArgs: variables.RELEASE_NODE_ARGS ?? join(root, 'releases', version, 'node.args'),
    config: variables.RELEASE_CONFIG ?? join(root, 'releases', version, 'config.mjs'),
    variables,
  }
}

/** The folder of the version's application. */
export function appFolder({ root, version }: Pick<Environment, 'root' | 'version'>): string {
  return join(root, 'releases', version, 'app')
}

/** Where the pid file, the sockets and the cookie are: for the owner alone. */
export function runFolder({ temporary }: Pick<Environment, 'temporary'>): string {
  return join(temporary, 'run')
}

export function logFile({ temporary, name }: Pick<Environment, 'temporary' | 'name'>): string {
  return join(temporary, 'log', `${name}.log`)
}
