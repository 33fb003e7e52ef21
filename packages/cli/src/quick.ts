/**
 * What the packed command answers before it loads itself: its version, and an install with nothing to do, which is the
 * command that people and scripts run most. Bundled as one CommonJS file, since loading a handful of modules takes as
 * long again as Node takes to start. Everything else, and every doubt, goes the long way.
 */
import process from 'node:process'
import { isUpToDate } from '@alkahest/ops/up-to-date'
import { upToDateLine } from './render/up-to-date.ts'
import { VERSION } from './version.ts'

/** What to print, or undefined; `argv` is without Node and the script. */
export function quickAnswer(argv: readonly string[]): string | undefined {
  const [word = ''] = argv
  if (argv.length !== 1) return undefined
  if (word === '--version' || word === '-v') return `${VERSION}\n`
  return ['install', 'i', 'deps.get'].includes(word) ? installAnswer() : undefined
}

function installAnswer(): string | undefined {
  const started = performance.now()
  try {
    if (!isUpToDate(process.cwd(), {})) return undefined
  } catch {
    return undefined // the long way meets the same and says it in its own words
  }
  return `${upToDateLine((performance.now() - started) / 1000)}\n`
}
