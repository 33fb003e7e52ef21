/**
 * What a TypeScript file imports, in every form: `import`, `export from`, `import()`, `import type`, `import('x').T`,
 * `require`. Read from a syntax tree, so that a specifier in a comment or a string is none.
 */
import { parseAst } from 'rolldown/parseAst'
import { readText } from './workspace.ts'

export type Import = {
  /** Relative to the root. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly specifier: string
}

const known = new Map<string, readonly Import[]>()

/**
 * Each file is parsed once, however many checks ask.
 * @param file relative to the root
 */
export function importsOf(file: string): readonly Import[] {
  const imports = known.get(file) ?? importsIn(readText(file), file)
  known.set(file, imports)
  return imports
}

export function importsIn(source: string, file: string): readonly Import[] {
  const found: Import[] = []
  visit(parseAst(source, { lang: 'ts' }), (node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined) return
    found.push({ file, specifier, line: source.slice(0, node.start as number).split('\n').length })
  })
  return found
}

type Node = Readonly<Record<string, unknown>>

function specifierOf(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return textOf(node.source)
    case 'TSExternalModuleReference':
      return textOf(node.expression)
    case 'CallExpression':
      return isRequire(node.callee) ? textOf((node.arguments as readonly unknown[])[0]) : undefined
    default:
      return undefined
  }
}

/** A specifier that is computed at run time (a user's configuration file) names nothing of ours. */
function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}

function isRequire(callee: unknown): boolean {
  return isNode(callee) && callee.type === 'Identifier' && callee.name === 'require'
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see)
  } else if (isNode(value)) {
    if (typeof value.type === 'string') see(value)
    for (const child of Object.values(value)) visit(child, see)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null
}
