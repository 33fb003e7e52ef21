/**
 * The test module of a documented file: a text with as many lines as the file, blank but for its examples, each as a
 * test on its own lines. So a failure, a stack trace and a type error name the line of the example without any table.
 */
import type { Example } from './example.ts'
import { withExpectations } from './expectation.ts'

export type DoctestModuleOptions = {
  readonly examples: readonly Example[]
  /** How many lines the documented file has. */
  readonly lineCount: number
  /** What the module imports to have the documented names in scope, and the names; none for Markdown. */
  readonly source: { readonly specifier: string; readonly names: readonly string[] } | undefined
}

export function renderDoctestModule({ examples, lineCount, source }: DoctestModuleOptions): string {
  const lines = Array.from({ length: lineCount }, () => '')
  const write = (line: number, text: string): void => {
    lines[line - 1] = (lines[line - 1] ?? '') + text
  }
  write(1, `import { expect, test } from "vitest"; import { inspect } from "node:util";`)
  if (source !== undefined && source.names.length > 0) {
    write(1, `import { ${source.names.join(', ')} } from ${JSON.stringify(source.specifier)};`)
  }
  // Named even when nothing in the file uses them: the compiler must not take them for forgotten ones.
  write(1, ` void [expect, test, inspect];`)
  for (const example of examples) {
    const last = Math.max(example.closeLine, example.openLine + 1)
    if (!example.isSetUp) write(example.openLine, ` test(${JSON.stringify(example.name)}, async () => {`)
    const code = example.isSetUp ? example.lines : withExpectations(example.lines)
    for (const { line, text } of code) write(line, text)
    if (!example.isSetUp) write(last, '});')
  }
  return `${lines.join('\n')}\n`
}

/** The names that a source exports, types among them; what `export *` brings cannot be seen and is left out. */
export function exportedNames(text: string): readonly string[] {
  const declared =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|class|const|let|var|interface|type|enum|namespace)\s+([\w$]+)/gm
  const names = [...text.matchAll(declared)].map((match) => match[1] ?? '')
  const lists = [...text.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)].flatMap((match) =>
    (match[1] ?? '').split(','),
  )
  const listed = lists.map(
    (entry) =>
      entry
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)
        .at(-1) ?? '',
  )
  return [...new Set([...names, ...listed])].filter((name) => /^[\w$]+$/.test(name) && name !== 'default').sort()
}
