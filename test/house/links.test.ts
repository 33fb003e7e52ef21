/** Documentation that points at nothing is worse than none: every relative link leads to a file or a folder. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { listFiles, readText, root } from './workspace.ts'

const pages = listFiles('{*.md,docs/**/*.md,packages/*/*.md,apps/*/*.md,test/**/README.md}')

test('every relative link in Markdown leads somewhere', () => {
  expect(pages).toContain('README.md')
  const dead = pages.flatMap((page) =>
    linksIn(readText(page))
      .filter((link) => !existsSync(path.join(root, path.dirname(page), link)))
      .map((link) => `${page} links to ${link}, which does not exist`),
  )
  expect(dead).toEqual([])
})

test('the means of this check: what is a relative link', () => {
  const text =
    'see [a](b/c.md#part), [d](#here), [e](https://example.com), `[f](g)` and ![h](i.svg)\n```\n[j](k)\n```\n'
  expect(linksIn(text)).toEqual(['b/c.md', 'i.svg'])
})

function linksIn(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!.replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
}
