/** A source map which says that each line comes from the same line of another file (ECMA-426, version 3). */

export type IdentityMap = {
  readonly version: 3
  readonly sources: readonly string[]
  readonly sourcesContent: readonly string[]
  readonly names: readonly string[]
  readonly mappings: string
}

/** `source` is the path of the other file, `content` its text. */
export function identityMap(lineCount: number, source: string, content: string): IdentityMap {
  // AAAA: column 0 is column 0 of line 0 of source 0; AACA: of the line after the one before.
  const mappings = ['AAAA', ...Array.from({ length: Math.max(0, lineCount - 1) }, () => 'AACA')].join(';')
  return { version: 3, sources: [source], sourcesContent: [content], names: [], mappings }
}
