/** What a template gives: every file of the new project as text, by POSIX path. Each text ends in a newline. */
export type FileTree = Readonly<Record<string, string>>

/** A JSON file as the formatter leaves package.json: two spaces, every entry on its own line. */
export function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
