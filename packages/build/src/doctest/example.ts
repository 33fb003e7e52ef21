/**
 * Examples in the docs of a TypeScript file and in Markdown, as values: where they stand and what their lines are. An
 * example is the code of an `@example` in the doc comment of an export, or a block of Markdown marked `ts doctest`.
 */

import { docComments, lineAt, undecorated } from './doc-comment.ts'

/** Lines from 1; columns are kept by putting spaces where the comment's decoration stood. */
export type Example = {
  readonly name: string
  /** The line on which the example opens: its fence, or its tag. */
  readonly openLine: number
  /** The line after its last line of code; at least one behind `openLine`. */
  readonly closeLine: number
  readonly lines: readonly ExampleLine[]
  /** Code that the other examples of the file build on: it runs once, before them. */
  readonly isSetUp: boolean
}

export type ExampleLine = { readonly line: number; readonly text: string }

/** A documented file is written by people; what is larger is generated and has no examples. */
const SOURCE_LENGTH_MAX = 2 * 1024 * 1024
const EXAMPLE_COUNT_MAX = 10_000

/** Examples of a TypeScript source. */
export function examplesOfSource(text: string): readonly Example[] {
  if (text.length > SOURCE_LENGTH_MAX || !text.includes('@example')) return []
  return docComments(text)
    .flatMap(({ start, end, subject }) => {
      if (subject === undefined) return []
      const firstLine = lineAt(text, start)
      const lines = text
        .slice(start, end)
        .split('\n')
        .map((line, index) => ({ line: firstLine + index, text: undecorated(line) }))
      return examplesOfComment(lines, subject)
    })
    .slice(0, EXAMPLE_COUNT_MAX)
}

/** Marked blocks of a Markdown text. */
export function examplesOfMarkdown(text: string): readonly Example[] {
  if (text.length > SOURCE_LENGTH_MAX || !text.includes('doctest')) return []
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line.replace(/\r$/, '') }))
  let heading = 'start'
  const examples: Example[] = []
  for (const block of fencedBlocks(lines)) {
    heading =
      lines
        .slice(0, block.openLine)
        .findLast(({ text: line }) => /^#{1,6} /.test(line))
        ?.text.replace(/^#+ /, '') ?? heading
    if (!/^(?:ts|typescript)\s+.*\bdoctest\b/.test(block.info)) continue
    examples.push({ ...block, name: heading, isSetUp: /\bsetup\b/.test(block.info) })
  }
  return examples.slice(0, EXAMPLE_COUNT_MAX)
}

/** Each `@example` with its blocks; text without a fence is code as it stands, as editors show it. */
function examplesOfComment(lines: readonly ExampleLine[], subject: string): readonly Example[] {
  const tags = lines.flatMap(({ text }, index) => (/^\s*@\w+/.test(text) ? [index] : []))
  return tags.flatMap((start, order) => {
    const tag = lines[start]
    if (tag === undefined || !/^\s*@example\b/.test(tag.text)) return []
    const body = lines.slice(start + 1, tags[order + 1] ?? lines.length)
    const blocks = fencedBlocks(body)
    const title = tag.text.replace(/^\s*@example\b\s*/, '').trim()
    const name = title === '' || title.startsWith('```') ? subject : `${subject}: ${title}`
    if (blocks.length === 0) return plainExample(tag, body, name)
    const tested = blocks.filter(({ info }) =>
      /^(?:ts|typescript)\s*$|^(?:ts|typescript)\s+(?:doctest|setup)\b/.test(info),
    )
    return tested.map((block) => ({ ...block, name, isSetUp: /\bsetup\b/.test(block.info) }))
  })
}

function plainExample(tag: ExampleLine, body: readonly ExampleLine[], name: string): readonly Example[] {
  const last = body.findLastIndex(({ text }) => text.trim() !== '')
  const lines = body.slice(0, last + 1)
  if (lines.length === 0) return []
  const closeLine = (lines.at(-1)?.line ?? tag.line) + 1
  return [{ name, openLine: tag.line, closeLine, lines, isSetUp: false }]
}

type Block = {
  readonly info: string
  readonly openLine: number
  readonly closeLine: number
  readonly lines: readonly ExampleLine[]
}

function fencedBlocks(lines: readonly ExampleLine[]): readonly Block[] {
  const blocks: Block[] = []
  let open: { index: number; fence: string; info: string } | undefined
  for (const [index, { text }] of lines.entries()) {
    const [, fence = '', info = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(text) ?? []
    if (open === undefined) {
      if (fence !== '') open = { index, fence, info: info.trim() }
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      const opening = lines[open.index]
      const closing = lines[index]
      if (opening !== undefined && closing !== undefined) {
        blocks.push({
          info: open.info,
          openLine: opening.line,
          closeLine: closing.line,
          lines: lines.slice(open.index + 1, index),
        })
      }
      open = undefined
    }
  }
  return blocks
}
