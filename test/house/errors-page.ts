/** docs/reference/errors.md, written from the table of codes in core. */
import type { ErrorCodeEntry } from '@alkahest/core'

export const ERRORS_PAGE = 'docs/reference/errors.md'

export function renderErrorsPage(codes: Readonly<Record<string, ErrorCodeEntry>>): string {
  const sections = Object.keys(codes)
    .toSorted()
    .map((code) => `## ${code}\n\n${codes[code]!.meaning}\n\n**What to do:** ${codes[code]!.next}\n`)
  return `${preface}\n${sections.join('\n')}`
}

/** The codes that a page describes, in the order of the page. */
export function codesOnPage(page: string): readonly string[] {
  return [...page.matchAll(/^## ([A-Z][A-Z0-9_]*)$/gm)].map((match) => match[1]!)
}

const preface = `# Error codes

<!-- Written by \`npm run generate\` from packages/core/src/error-codes.ts; change it there. -->

Everything that goes wrong in a way that you can act on has a code, which never changes its meaning. On a terminal it
stands behind the word \`error\`; under \`--json\` it is \`error.code\`. The sentence beside it names the package and the
place; this page says what the code means in general and what to do.
`
