/** Table of contents: scaffolds. */
export { renderTemplate, templateNames, templateSummaries } from './template.ts'
export type { MemberAnswers, TemplateAnswers, TemplateName } from './template.ts'
export type { FileTree } from './file-tree.ts'
