/** The phases of an install, told apart by what is written. */

export const killedPhases = ['fetch', 'extract', 'link', 'state'] as const

/** Writing the project's own files is atomic by itself, and tested where it is done. */
export type Phase = (typeof killedPhases)[number] | 'project'

/** Undefined for what has nothing to do with installing. */
export function phaseOf(paths: readonly string[]): Phase | undefined {
  const text = paths.join('\n')
  if (/\/node_modules\/\.alk\/(?:state|tree|pending)\.json/.test(text)) return 'state'
  if (text.includes('/store/v2/')) return text.includes('/project/node_modules') ? 'link' : 'extract'
  if (text.includes('/project/') && text.includes('node_modules')) return 'link'
  if (/\/project\/(?:package\.json|alkahest\.lock)/.test(text)) return 'project'
  return text.includes('/alkahest/cache/') ? 'fetch' : undefined
}
