/** A package on disk whose tools are scripts that only tell how they were called. */
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseManifest } from '@alkahest/core'
import { openBuild } from '../src/index.ts'
import type { Build, BuildOptions, ProgramPlan } from '../src/index.ts'

export type World = { readonly build: Build; readonly directory: string; readonly ran: ProgramPlan[] }

/** `files` are texts by path; `tools` are commands in node_modules/.bin. Plans are recorded and end in `exitCodes`, then 0. */
export async function world(
  manifest: object,
  options: {
    files?: Record<string, string>
    tools?: string[]
    exitCodes?: number[]
    build?: Partial<BuildOptions>
  } = {},
): Promise<World> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'alkahest-build-')))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  await mkdir(join(directory, 'node_modules/.bin'), { recursive: true })
  for (const tool of options.tools ?? []) {
    await writeFile(join(directory, 'node_modules/.bin', tool), `#!/bin/sh\necho ${tool} "$@"\n`)
    await chmod(join(directory, 'node_modules/.bin', tool), 0o755)
  }
  const ran: ProgramPlan[] = []
  const exitCodes = [...(options.exitCodes ?? [])]
  const build = openBuild({
    directory,
    root: directory,
    manifest: parseManifest(manifest, 'package.json'),
    environment: { PATH: '/usr/bin:/bin', HOME: '/home/someone' },
    invokedFrom: directory,
    childOutput: 'inherit',
    runProgram: (plan) => {
      ran.push(plan)
      return Promise.resolve(exitCodes.shift() ?? 0)
    },
    ...options.build,
  })
  return { build, directory, ran }
}

/** The plans in short: program relative to the world, and arguments. */
export function commands({ ran, directory }: World): string[] {
  return ran.map((plan) =>
    [plan.program, ...plan.args].join(' ').replaceAll(directory, '.').replaceAll(process.execPath, 'node'),
  )
}

export function failureOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message: string; hint?: string }
    return `${code ?? 'no code'}: ${message} (${hint ?? 'no hint'})`
  }
  return 'nothing was thrown'
}
