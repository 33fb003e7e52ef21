/** Where to look for what holds for a folder: in itself, and in every folder around it. */
import { dirname } from 'node:path'

/** A folder (absolute) and those above it, nearest first. */
export function* ancestors(directory: string): Generator<string> {
  for (let current = directory; ; current = dirname(current)) {
    yield current
    if (dirname(current) === current) return
  }
}
