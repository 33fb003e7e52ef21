/**
 * `alk registry ...`: the registry is a program of its own. It gets our arguments, terminal and signals, and its exit
 * code is ours; its options and help belong to it.
 */
import { runProgram } from '@alkahest/build'
import type { OperationContext } from './context.ts'
import { programPath } from './programs.ts'
import type { RunReport } from './reports.ts'

/**
 * For glibc, which reads them at the start and only then: two arenas for all threads, and what is large is given back when it is freed. They save
 * a fifth of the memory after a large install. Other allocators pass them over.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }

export async function registryCommand(
  context: OperationContext,
  options: { readonly args: readonly string[] },
): Promise<RunReport> {
  const exitCode = await runProgram(
    {
      program: process.execPath,
      args: [programPath('registry'), ...options.args],
      cwd: context.cwd,
      env: { ...ALLOCATOR, ...definedOnly(context.env) },
    },
    { output: 'inherit' },
  )
  return { exitCode }
}

function definedOnly(env: OperationContext['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
