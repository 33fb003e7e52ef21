/**
 * What stands in the `node_modules` folders of a project, as data. It follows from the selection alone; two equal trees are two
 * equal texts. Layout: docs/internals/linker.md, "The isolated layout".
 */

/** Name of the link to what it points at: POSIX, relative to the folder in which the link lies. */
export type Links = Readonly<Record<string, string>>

/**
 * A package: in the fallback folder, or in `node_modules/.alk/<folder>/node_modules/...` and beside it what it does not find
 * further up.
 */
export type InstanceUnit = {
  readonly name: string
  readonly version: string
  /** What its files are: the integrity it was locked with, or where it came from; `own ` before it when they are copies that a build may change. */
  readonly content: string
  /** Its own commands, for whoever depends on it: command to path inside the package. */
  readonly bin: Links
  /** Of its dependencies and peers, by alias, those that it would not find otherwise. */
  readonly links: Links
  /** Commands of its dependencies, when its build runs. */
  readonly bins: Links
}

/** The `node_modules` folder of a member. */
export type MemberUnit = {
  readonly links: Links
  readonly bins: Links
}

/** An instance in the machine's store: its folder's name says what it sees, so that need not be kept. */
export type SharedUnit = Pick<InstanceUnit, 'name' | 'version' | 'content' | 'bin'>

export type Tree = {
  readonly layout: 'isolated' | 'shared'
  /** In the project, by folder, sorted. */
  readonly instances: Readonly<Record<string, InstanceUnit>>
  /** In the machine's store, by folder, sorted. */
  readonly shared: Readonly<Record<string, SharedUnit>>
  /** By path, sorted; `node_modules/.alk` stands for the fallback folder, which is linked as a member's. */
  readonly members: Readonly<Record<string, MemberUnit>>
}

/** A tree of another format is not read: what it describes is made anew. */
const FORMAT = 3

export function formatTree(tree: Tree): string {
  return `${JSON.stringify({ format: FORMAT, ...tree })}\n`
}

/** Undefined for a text that is no tree of this format. Only we write it, by rename, so what is whole is believed. */
export function parseTree(text: string): Tree | undefined {
  try {
    const document = JSON.parse(text) as Tree & { readonly format?: unknown }
    return document.format === FORMAT ? document : undefined
  } catch {
    return undefined // damaged: the same as of another format
  }
}
