/** What we use of `vitest/node`. Its own types cannot be imported: which vitest it is, only the project knows. */

export type VitestNode = {
  parseCLI(args: readonly string[]): { readonly filter: string[]; readonly options: object }
  startVitest(mode: 'test', filters: readonly string[], options: object, viteOverrides: object): Promise<Vitest>
}

export type Vitest = {
  readonly state: { getTestModules(): readonly VitestModule[] }
  /** In watch mode, or when something else keeps it. */
  shouldKeepServer(): boolean
  close(): Promise<void>
}

export type VitestModule = {
  readonly moduleId: string
  readonly children: { allTests(): Iterable<VitestTest> }
}

export type VitestTest = {
  readonly fullName: string
  readonly module: VitestModule
  readonly location: { readonly line: number } | undefined
  result(): { readonly state: string; readonly errors?: readonly VitestError[] }
  /** Undefined when it did not run. */
  diagnostic(): { readonly duration: number } | undefined
}

export type VitestError = { readonly stacks?: readonly { readonly file: string; readonly line: number }[] }

/** What a plugin's `configureVitest` is given. */
export type PluginContext = {
  readonly project: VitestProject
  readonly vitest: { readonly projects: readonly VitestProject[] }
}

export type VitestProject = { readonly config: { readonly include: string[]; exclude: string[] } }
