/**
 * What the packed command answers before it loads itself: its version, and an install with nothing to do, which is the
 * command that people and scripts run most. Bundled as one CommonJS file, since loading a handful of modules takes as
 * long again as Node takes to start. Everything else, and every doubt, goes the long way.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { isUpToDate } from '@alkahest/ops'
import { upToDateLine } from './render/up-to-date.ts'
import { VERSION } from './version.ts'

const STDOUT = 1

/** Whether it has been answered; `argv` is without Node and the script. */
export function answerQuickly(argv: readonly string[]): boolean {
  const [word = ''] = argv
  if (argv.length !== 1) return false
  if (word === '--version' || word === '-v') return print(`${VERSION}\n`)
  return ['install', 'i', 'deps.get'].includes(word) && answerInstall()
}

function answerInstall(): boolean {
  const started = performance.now()
  try {
    if (!isUpToDate(process.cwd(), {})) return false
  } catch {
    return false // the long way meets the same and says it in its own words
  }
  return print(`${upToDateLine((performance.now() - started) / 1000)}\n`)
}

/** Without `process.stdout`, whose first use loads more than all of this. */
function print(text: string): boolean {
  try {
    writeSync(STDOUT, text)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EAGAIN') process.stdout.write(text)
    else if ((cause as NodeJS.ErrnoException).code !== 'EPIPE') throw cause // a reader that has gone wants no answer
  }
  return true
}
