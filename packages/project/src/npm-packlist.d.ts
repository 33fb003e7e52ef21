/** What we use of npm-packlist, which brings no types; its README describes the tree it takes. */
declare module 'npm-packlist' {
  type PackTree = {
    readonly path: string
    /** Only the fields that the rules read. */
    readonly package: Readonly<Record<string, unknown>>
    readonly isProjectRoot: boolean
    readonly edgesOut: ReadonlyMap<string, never>
  }
  type PackWalk = { readonly path: string; readonly prefix?: string; readonly workspaces?: readonly string[] }
  export default function packlist(tree: PackTree, options: PackWalk): Promise<string[]>
}
