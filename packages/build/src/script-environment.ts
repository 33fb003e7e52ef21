/**
 * The environment in which npm runs scripts: commands of dependencies on PATH, and the package described by variables.
 * https://docs.npmjs.com/cli/using-npm/scripts#environment
 */
import { delimiter, dirname, join } from 'node:path'
import { asJsonObject } from '@alkahest/core'
import type { Json } from '@alkahest/core'
import type { Build } from './build.ts'

export type ScriptEvent = {
  /** `test`, `pretest`, ... */
  readonly name: string
  /** What the shell is given. */
  readonly script: string
}

/** A manifest may hold anything under config; this many variables is far beyond any use. */
const VARIABLE_COUNT_MAX = 1000

/** The environment for a script, or without an event that for a tool. */
export function scriptEnvironment(build: Build, event?: ScriptEvent): Readonly<Record<string, string>> {
  const { manifest, environment, directory } = build
  return withoutUndefined({
    ...environment,
    PATH: searchPath(build),
    INIT_CWD: build.invokedFrom,
    NODE: process.execPath,
    npm_node_execpath: process.execPath,
    npm_execpath: build.entry ?? environment.npm_execpath,
    npm_config_user_agent: build.userAgent ?? environment.npm_config_user_agent,
    npm_package_json: join(directory, 'package.json'),
    npm_package_name: manifest.name,
    npm_package_version: manifest.version,
    ...packageVariables('npm_package_config', manifest.document.config),
    ...packageVariables('npm_package_engines', manifest.engines),
    ...packageVariables('npm_package_bin', manifest.document.bin),
    ...(event === undefined
      ? {}
      : { npm_command: 'run-script', npm_lifecycle_event: event.name, npm_lifecycle_script: event.script }),
  })
}

/**
 * The `.bin` folders of the package and of every folder above it, nearest first; then the folder of the Node that runs
 * us, so that what a script calls `node` is the same one; then PATH as it was.
 */
function searchPath({ directory, environment }: Build): string {
  const folders: string[] = []
  for (let current = directory; ; current = dirname(current)) {
    folders.push(join(current, 'node_modules', '.bin'))
    if (dirname(current) === current) break
  }
  return [...folders, dirname(process.execPath), environment.PATH ?? ''].filter((part) => part !== '').join(delimiter)
}

/** npm writes nested fields with underscores; a plain text stands under the prefix itself. */
function packageVariables(prefix: string, value: Json | undefined): Record<string, string> {
  const variables: Record<string, string> = {}
  const visit = (name: string, inner: Json): void => {
    if (typeof inner === 'object') {
      for (const [key, entry] of Object.entries(asJsonObject(inner) ?? {})) {
        visit(`${name}_${key.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, entry)
      }
    } else if (Object.keys(variables).length < VARIABLE_COUNT_MAX) {
      variables[name] = String(inner)
    }
  }
  if (value !== undefined) visit(prefix, value)
  return variables
}

function withoutUndefined(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
