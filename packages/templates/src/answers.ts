/** What a scaffold has to know of the project that it is to make. */

export type TemplateAnswers = {
  /** Of the package; a scope is allowed. */
  readonly name: string
  /** One sentence. */
  readonly description?: string
  /** Given when the project becomes a member of a workspace: what stands at the root is then left out. */
  readonly member?: MemberAnswers
}

export type MemberAnswers = {
  /** From the member's folder to the root of its workspace: `../..`. */
  readonly toRoot: string
}
