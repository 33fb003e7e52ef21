/** Table of contents: scaffolds. */
export { checkProjectName, renderTemplate, templateNames, templateSummaries } from './template.ts'
export type { TemplateName } from './template.ts'
export type { MemberAnswers, TemplateAnswers } from './answers.ts'
export type { FileTree } from './file-tree.ts'
