/**
 * The scaffolds by name. A template is a function from answers to a {@link FileTree}: it touches no disk, so that what it
 * makes can be looked at, tested and written by whoever asked.
 */
import { isNewPackageName, userError } from '@alkahest/core'
import type { TemplateAnswers } from './answers.ts'
import { renderApp } from './app.ts'
import { renderCli } from './cli.ts'
import type { FileTree } from './file-tree.ts'
import { renderLib } from './lib.ts'
import { renderWeb } from './web.ts'
import { renderWorkspace } from './workspace.ts'

export type TemplateName = 'lib' | 'app' | 'cli' | 'web' | 'workspace'

/** What each template makes, in one line for a prompt or a help text. */
export const templateSummaries: Readonly<Record<TemplateName, string>> = {
  lib: 'a library: ESM with types, tested, ready to publish',
  app: 'an HTTP service: Fastify, configuration from the environment, health, graceful stop',
  cli: 'a command: options, help, exit codes, tested without a process',
  web: 'a web application: pages rendered by the server, a client built by Vite',
  workspace: 'a workspace: packages and apps side by side, built in order by turbo',
}

export const templateNames: readonly TemplateName[] = Object.keys(templateSummaries) as TemplateName[]

const RENDERERS: Readonly<Record<TemplateName, (answers: TemplateAnswers) => FileTree>> = {
  lib: renderLib,
  app: renderApp,
  cli: renderCli,
  web: renderWeb,
  workspace: renderWorkspace,
}

/** The files of a new project. Throws `PACKAGE_NAME_INVALID`. */
export function renderTemplate(template: TemplateName, answers: TemplateAnswers): FileTree {
  checkProjectName(answers.name)
  return RENDERERS[template](answers)
}

/** Throws `PACKAGE_NAME_INVALID` for a name that npm would not take. */
export function checkProjectName(name: string): void {
  if (isNewPackageName(name)) return
  throw userError('PACKAGE_NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a package`, {
    hint: 'use lower-case letters, digits, dots, dashes and underscores, with an optional @scope/ in front',
  })
}
