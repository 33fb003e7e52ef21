/** How a worker is started: which program, which flags, which variables. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Configuration } from './config.ts'
import { appFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { ConfigurationError, messageOf } from './failure.ts'
import type { ChildDocument } from './release-document.ts'

/** What concerns the supervisor alone. */
const OWN_VARIABLES = [
  'RELEASE_READY_FD',
  'RELEASE_LOG',
  'RELEASE_COOKIE',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
]

const MIB = 1024 * 1024

export type WorkerCommand = {
  readonly command: readonly string[]
  readonly entry: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

export function workerCommand(
  child: ChildDocument,
  environment: Environment,
  configuration: Configuration,
): WorkerCommand {
  const cwd = resolve(appFolder(environment), child.folder)
  return {
    command: [process.execPath, ...readNodeFlags(environment.nodeArgs), '--import', workerModule()],
    entry: join(cwd, child.entry),
    cwd,
    env: {
      ...workerVariables(child, environment, configuration),
      RELEASE_LIMITS: JSON.stringify({ watchdogMs: child.watchdogMs, memoryMax: child.memoryMaxMb * MIB }),
    },
  }
}

/** This program itself, as a module to load before the application; see main.ts. */
function workerModule(): string {
  return `${pathToFileURL(process.argv[1] ?? '').href}?worker`
}

/** Later ones win: configuration, what is set outside, what the child says. */
export function workerVariables(
  child: Pick<ChildDocument, 'env'>,
  { variables }: Pick<Environment, 'variables'>,
  configuration: Configuration,
): NodeJS.ProcessEnv {
  const merged = { NODE_ENV: 'production', ...configuration.env, ...variables, ...child.env }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => !OWN_VARIABLES.includes(name)))
}

/** One flag a line; empty lines and lines that begin with # mean nothing. */
export function readNodeFlags(file: string): readonly string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read: ${messageOf(error)}`)
  }
}
