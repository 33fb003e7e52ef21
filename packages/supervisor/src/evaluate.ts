/**
 * `eval`: code in a new process with the release's files, environment and configuration, and nothing started: migrations,
 * one-off reports. `import()` sees what the application sees.
 */
import { inspect } from 'node:util'
import vm from 'node:vm'
import { evaluateConfiguration } from './config.ts'
import { appFolder } from './environment.ts'
import type { Environment } from './environment.ts'
import { Failure } from './failure.ts'
import { workerVariables } from './worker-command.ts'

/** Prints the value unless there is none; what the code throws ends the process with 1 and its stack. */
export async function evaluateExpression(environment: Environment, rest: readonly string[]): Promise<number> {
  const [code, ...argv] = rest
  if (code === undefined) throw new Failure('eval needs an expression: eval "1 + 1"', 2)
  const configuration = await evaluateConfiguration(environment)
  Object.assign(process.env, workerVariables({ env: {} }, environment, configuration))
  process.chdir(appFolder(environment))
  process.argv = [process.execPath, 'eval', ...argv]
  silenceLoaderWarning()
  const value = await evaluate(code)
  if (value !== undefined) process.stdout.write(`${typeof value === 'string' ? value : inspect(value)}\n`)
  return typeof process.exitCode === 'number' ? process.exitCode : 0
}

/** An expression when it is one, else statements; `await` works in both. */
async function evaluate(code: string): Promise<unknown> {
  const script = compile(`(async () => (${code}\n))()`) ?? compile(`(async () => {${code}\n})()`, 'throw')
  return await (script?.runInThisContext() as Promise<unknown>)
}

function compile(source: string, onError?: 'throw'): vm.Script | undefined {
  try {
    return new vm.Script(source, {
      filename: 'eval',
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
  } catch (error) {
    if (onError === 'throw') throw new Failure(`the code cannot be read: ${String(error)}`)
    return undefined
  }
}

/** Node calls the constant above experimental, on standard error; the operator cannot act on that. */
function silenceLoaderWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...values: readonly unknown[]) => void
  process.emitWarning = (...values: readonly unknown[]): void => {
    if (!String(values[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning(...values)
  }
}
