/** What an install says that had nothing to do. */
import { formatSeconds } from './units.ts'

export function upToDateLine(seconds: number): string {
  return `Already up to date (${formatSeconds(seconds)})`
}
