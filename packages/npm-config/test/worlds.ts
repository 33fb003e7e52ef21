/** A home, a project and a global file in a temporary folder, and the configuration that npm would see there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UserError } from '@alkahest/core'
import { expect, onTestFinished } from 'vitest'
import { loadNpmConfig } from '../src/index.ts'
import type { NpmConfig } from '../src/index.ts'

export type World = {
  readonly folder: string
  readonly home: string
  readonly project: string
  readonly load: (env?: Record<string, string>) => Promise<NpmConfig>
}

export function world(files: { user?: string; project?: string; global?: string } = {}): World {
  const folder = mkdtempSync(join(tmpdir(), 'alkahest-npm-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [home, project] = [join(folder, 'home'), join(folder, 'project')]
  for (const path of [home, project]) mkdirSync(path)
  if (files.user !== undefined) writeFileSync(join(home, '.npmrc'), files.user)
  if (files.project !== undefined) writeFileSync(join(project, '.npmrc'), files.project)
  if (files.global !== undefined) writeFileSync(join(folder, 'npmrc'), files.global)
  const load = (env: Record<string, string> = {}): Promise<NpmConfig> =>
    loadNpmConfig({ cwd: project, env: { HOME: home, npm_config_globalconfig: join(folder, 'npmrc'), ...env } })
  return { folder, home, project, load }
}

export async function failureOf(promise: Promise<unknown>): Promise<Pick<UserError, 'code' | 'message' | 'hint'>> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      const { code, message, hint } = error as UserError
      return { code, message, hint }
    },
  )
}
