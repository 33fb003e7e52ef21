/**
 * Code given as text: `eval` runs it in a new process with the release's files, environment and configuration and nothing
 * started (migrations, one-off reports); `rpc` runs it inside a worker. `import()` sees what the application sees.
 */
import { inspect } from 'node:util'
import vm from 'node:vm'
import { evaluateConfiguration } from './config.ts'
import { appFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { EXIT_USAGE, Failure } from './failure.ts'
import { codeOfArguments } from './code-arguments.ts'
import { workerVariables } from './worker-command.ts'

/** `eval`: prints the value unless there is none; what the code throws ends the process with 1 and its stack. */
export async function evaluateInNewProcess(environment: Environment, rest: readonly string[]): Promise<number> {
  const { code, argv } = codeOfArguments('eval', rest)
  const configuration = await evaluateConfiguration(environment)
  Object.assign(process.env, workerVariables({ env: {} }, environment, configuration))
  process.chdir(appFolder(environment))
  process.argv = [process.execPath, 'eval', ...argv]
  const text = await evaluate(code)
  if (text !== '') process.stdout.write(`${text}\n`)
  return typeof process.exitCode === 'number' ? process.exitCode : 0
}

/** The value as text: a text as it is, anything else as `util.inspect` shows it, nothing for undefined. */
export async function evaluate(code: string): Promise<string> {
  silenceLoaderWarning()
  const script = compile(`(async () => (${code}\n))()`) ?? compile(`(async () => {${code}\n})()`, 'throw')
  const value: unknown = await (script?.runInThisContext() as Promise<unknown>)
  if (value === undefined) return ''
  return typeof value === 'string' ? value : inspect(value)
}

/** An expression when it is one, else statements; `await` works in both. */
function compile(source: string, onError?: 'throw'): vm.Script | undefined {
  try {
    return new vm.Script(source, {
      filename: 'eval',
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
  } catch (error) {
    if (onError === 'throw') throw new Failure(`the code cannot be read: ${String(error)}`, EXIT_USAGE)
    return undefined
  }
}

let silenced = false

/** Node calls the constant above experimental, on standard error; the operator cannot act on that. */
function silenceLoaderWarning(): void {
  if (silenced) return
  silenced = true
  const emitWarning = process.emitWarning.bind(process) as (...values: readonly unknown[]) => void
  process.emitWarning = (...values: readonly unknown[]): void => {
    if (!String(values[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning(...values)
  }
}
