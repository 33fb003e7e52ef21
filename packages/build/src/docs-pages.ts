/** The pages that stand beside typedoc's: sources with a place for every line, and Markdown for programs that read. */
import type { Doc } from './docs-index.ts'

export type DocumentedPackage = {
  readonly name: string
  readonly version: string | undefined
  readonly description: string | undefined
  /** POSIX paths, with their texts. */
  readonly guides: readonly { readonly path: string; readonly text: string }[]
  readonly docs: readonly Doc[]
}

/** A source file as a page, readable without scripts, in light and dark. */
export function renderSourcePage(path: string, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n')
  const rows = lines.map((line, index) => `<li id="L${index + 1}"><code>${escaped(line)}</code></li>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(path)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 14px/1.5 ui-monospace, monospace; margin: 2rem; }
h1 { font-size: 1rem; }
ol { padding-left: 4rem; }
li::marker { color: GrayText; }
li:target { background: Mark; color: MarkText; }
code { white-space: pre-wrap; }
</style>
</head>
<body>
<h1>${escaped(path)}</h1>
<ol>
${rows}
</ol>
</body>
</html>
`
}

/** https://llmstxt.org: what there is to read, in one list. */
export function renderLlmsIndex({ name, version, description, guides }: DocumentedPackage): string {
  const links = guides.map(({ path, text }) => `- [${titleOf(text) ?? path}](${path})`)
  return [
    `# ${name}${version === undefined ? '' : ` ${version}`}`,
    ...(description === undefined ? [] : ['', `> ${description}`]),
    '',
    '## Docs',
    '',
    '- [Reference](reference.md): everything that is exported',
    ...links,
    '',
  ].join('\n')
}

/** Every documented export with its text and its place. */
export function renderReference({ name, docs }: DocumentedPackage): string {
  const sections = docs.map((doc) => `## ${doc.subject}\n\n${doc.text}\n\nDefined in ${doc.file}:${doc.line}`)
  return `${[`# Reference of ${name}`, ...sections].join('\n\n')}\n`
}

function titleOf(text: string): string | undefined {
  return /^#\s+(.+)$/m.exec(text)?.[1]
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
