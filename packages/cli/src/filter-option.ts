/** `--filter`, which every command has that works on members of a workspace. */
import type { Flags, OptionDefinition } from './command.ts'

export const filterOption: OptionDefinition = {
  flags: '-F, --filter <pattern>',
  meaning:
    'In these members of the workspace, in the order in which they need each other: a name, a glob, ./a/path; "name..." with what it needs, "...name" with what needs it, "[ref]" changed since a commit, "!name" without; may be repeated',
  repeatable: true,
}

/** Undefined when there is none: then the command means the package that it is called in. */
export function filtersGiven(flags: Flags): readonly string[] | undefined {
  const filters = flags.texts('filter')
  return filters.length === 0 ? undefined : filters
}
