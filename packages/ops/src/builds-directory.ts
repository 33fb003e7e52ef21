/** Where results of builds lie; a cache, which can be deleted at any time. */
import { join } from 'node:path'
import type { OperationContext } from './context.ts'

export function buildsDirectory(context: OperationContext): string {
  return join(context.home, 'cache', 'builds')
}
