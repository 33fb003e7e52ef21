/** The commands that show a list and change it by one: `list NAME`, `add NAME WHAT`, `remove NAME WHAT`. */
import { userError } from '@alkahest/core'

export type ListChange<Key extends string> = { readonly kind: 'add' | 'remove' } & { readonly [Name in Key]: string }

export type ListAction = {
  /** The first operand, in npm's short forms too. */
  readonly action: string
  /** The last operand, which `list` has not. */
  readonly what: string | undefined
}

/** The change under its key, none for a list. Throws `USAGE` with the lines that would be whole. */
export function listChange<const Key extends string>(
  { action, what }: ListAction,
  key: Key,
  lines: string,
): { readonly change?: ListChange<Key> } {
  if (['list', 'ls'].includes(action) && what === undefined) return {}
  const kind = action === 'rm' ? 'remove' : action
  if ((kind === 'add' || kind === 'remove') && what !== undefined) {
    return { change: { kind, [key]: what } as unknown as ListChange<Key> }
  }
  throw userError('USAGE', `${action} is not a whole action`, { hint: `write ${lines}` })
}
