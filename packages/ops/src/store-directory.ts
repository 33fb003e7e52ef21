/** Where the machine's store lies. The number is the store's format: another format is another folder. */
import { join } from 'node:path'
import type { OperationContext } from './context.ts'

export function storeDirectory(context: OperationContext): string {
  return join(context.home, 'store', 'v2')
}
