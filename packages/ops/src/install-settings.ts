/** What decides about the tree on disk besides manifests and lockfile. */
import type { InstallOptions } from './install-options.ts'

/** As one text; another text means another tree. */
export function settingsText(options: InstallOptions): string {
  const { prod = false, noOptional = false, layout = 'isolated' } = options
  const { os, cpu } = { os: process.platform, cpu: process.arch }
  const scripts = options.ignoreScripts === true ? { ignoreScripts: true } : {}
  return JSON.stringify({ prod, noOptional, layout, os, cpu, ...scripts })
}
