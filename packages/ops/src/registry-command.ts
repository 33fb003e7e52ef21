/**
 * `alk registry ...`: the registry is a program of its own. It gets our arguments, terminal and signals, and its exit
 * code is ours; its options and help belong to it.
 */
import { runProgram } from '@alkahest/build'
import type { OperationContext } from './context.ts'
import { programPath } from './programs.ts'
import type { RunReport } from './reports.ts'

export async function registryCommand(
  context: OperationContext,
  options: { readonly args: readonly string[] },
): Promise<RunReport> {
  const exitCode = await runProgram(
    {
      program: process.execPath,
      args: [programPath('registry'), ...options.args],
      cwd: context.cwd,
      env: definedOnly(context.env),
    },
    { output: 'inherit' },
  )
  return { exitCode }
}

function definedOnly(env: OperationContext['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
