/** What `alk install` can be told; `add`, `remove` and `update` take the same and more. */
export type InstallOptions = {
  /** The lockfile must answer for the manifests and is not changed; default in CI when there is one. */
  readonly frozen?: boolean
  /** Resolve and write the lockfile; node_modules stays. */
  readonly lockfileOnly?: boolean
  readonly prod?: boolean
  readonly noOptional?: boolean
  readonly offline?: boolean
  readonly preferOffline?: boolean
  /** Approved builds do not run either. */
  readonly ignoreScripts?: boolean
  readonly dryRun?: boolean
  readonly before?: string
  readonly resolution?: 'highest' | 'lowest'
  readonly layout?: 'isolated' | 'shared'
}
