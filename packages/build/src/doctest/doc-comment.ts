/**
 * Doc comments of a TypeScript text and what each documents, found without a compiler: by reading past texts and other
 * comments, and counting braces.
 */

export type DocComment = {
  readonly start: number
  readonly end: number
  /** What it documents; undefined when nothing outside of the module can reach it. */
  readonly subject: string | undefined
}

/** Doc comments outside of texts and other comments, with the exported name that each belongs to. */
export function docComments(text: string): readonly DocComment[] {
  const comments: DocComment[] = []
  const token =
    /\/\*\*(?!\/)[\s\S]*?\*\/|\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`(?:[^`\\]|\\[\s\S])*`|[{}]/g
  let depth = 0
  let owner: string | undefined
  for (const match of text.matchAll(token)) {
    const [found] = match
    if (found === '{') {
      if (depth++ === 0) owner = exportedName(text.slice(text.lastIndexOf('\n', match.index) + 1, match.index))
    } else if (found === '}') depth = Math.max(0, depth - 1)
    else if (found.startsWith('/**')) {
      const end = match.index + found.length
      const after = text.slice(end, end + 400).replace(/^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/, '')
      comments.push({
        start: match.index,
        end,
        subject: depth === 0 ? subjectOf(after, match.index, text) : memberOf(owner, after),
      })
    }
  }
  return comments
}

/** The first comment of a file may document all of it. */
function subjectOf(after: string, start: number, text: string): string | undefined {
  const isFirst = text.slice(0, start).trim() === '' && /^import\b/.test(after)
  return exportedName(after) ?? (isFirst ? 'module' : undefined)
}

const EXPORTED =
  /^\s*export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|class|const|let|var|interface|type|enum|namespace)\s+([\w$]+)/

function exportedName(code: string): string | undefined {
  return EXPORTED.exec(code)?.[1] ?? (/^\s*export\s+default\b/.test(code) ? 'default' : undefined)
}

function memberOf(owner: string | undefined, after: string): string | undefined {
  if (owner === undefined || /^(?:private\b|#)/.test(after)) return undefined
  const member = /^(?:(?:public|protected|static|readonly|async|get|set|override|abstract)\s+)*\*?\s*([\w$]+)/.exec(
    after,
  )?.[1]
  return member === undefined ? owner : `${owner}.${member}`
}

/** ` * code` without its star, at the column where it stood. */
export function undecorated(line: string): string {
  const text = line.replace(/\r$/, '').replace(/\*\/\s*$/, '')
  const decoration = /^\s*(?:\/\*\*|\*) ?/.exec(text)?.[0] ?? ''
  return ' '.repeat(decoration.length) + text.slice(decoration.length)
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}
