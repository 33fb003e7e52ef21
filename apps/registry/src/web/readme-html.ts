/**
 * Markdown -> HTML that can stand in a page of ours: marked reads, sanitize-html lets through what is listed here and nothing else. Headings move
 * one level down, since the page has its own; anchors get a prefix, so that no README names an element of ours; images become links to
 * them, since loading one would tell a stranger who reads which private package (docs/decisions/0008-no-images-in-readmes.md).
 */
import { Marked } from 'marked'
import sanitizeHtml from 'sanitize-html'
import type { Attributes, IOptions } from 'sanitize-html'
import { escapeHtml } from './html.ts'

const ANCHOR = 'readme-'

/** Elements inside elements; a README needs a dozen. */
const NESTING_MAX = 50

const options: IOptions = {
  allowedTags: (
    'h2 h3 h4 h5 h6 p blockquote pre hr br div span details summary a b strong i em s del ins code kbd samp var sub sup small mark ' +
    'ul ol li dl dt dd table caption thead tbody tfoot tr th td'
  ).split(' '),
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    ...Object.fromEntries(['h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']])),
    ol: ['start'],
    pre: ['tabindex'],
    table: ['tabindex'],
    th: ['align', 'colspan', 'rowspan'],
    td: ['align', 'colspan', 'rowspan'],
    details: ['open'],
    span: ['class', 'title'],
  },
  allowedClasses: { span: ['image'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: NESTING_MAX,
  transformTags: {
    ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5'].map((tag, index) => [tag, heading(`h${index + 2}`)])),
    h6: heading('h6'),
    a: (_tag, { href, title }) => ({ tagName: 'a', attribs: linkAttributes(href, title) }),
    // Wide ones scroll inside themselves, by keyboard too.
    pre: () => ({ tagName: 'pre', attribs: { tabindex: '0' } }),
    table: () => ({ tagName: 'table', attribs: { tabindex: '0' } }),
    center: () => ({ tagName: 'div', attribs: {} }),
  },
}

export function readmeHtml(markdown: string): string {
  let links = 0
  return sanitizeHtml(markdownReader().parse(markdown, { async: false }), {
    ...options,
    onOpenTag: (name) => void (links += name === 'a' ? 1 : 0),
    onCloseTag: (name) => void (links -= name === 'a' ? 1 : 0),
    transformTags: {
      ...options.transformTags,
      // A badge inside a link stays text: a link in a link is none.
      img: (_tag, attributes) => (links > 0 ? textOfImage(attributes) : linkToImage(attributes)),
    },
  })
}

/** A new one each time: it counts the headings it has seen. */
function markdownReader(): Marked {
  const seen = new Map<string, number>()
  return new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }): string {
        return `<h${depth} id="${escapeHtml(anchorOf(text, seen))}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    },
  })
}

/** As the large forges make them, so that a README's own table of contents works. */
function anchorOf(text: string, seen: Map<string, number>): string {
  const words = text
    .toLowerCase()
    .replace(/<[^<>]*>/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
  const count = seen.get(words) ?? 0
  seen.set(words, count + 1)
  return ANCHOR + words + (count === 0 ? '' : `-${count}`)
}

function heading(tagName: string): (tag: string, attributes: Attributes) => { tagName: string; attribs: Attributes } {
  return (_tag, { id }) => ({ tagName, attribs: id?.startsWith(ANCHOR) === true ? { id } : {} })
}

/** A path in the repository leads nowhere from here: such a link stays text. */
function linkAttributes(href = '', title: string | undefined): Attributes {
  const about = title === undefined ? {} : { title }
  if (href.startsWith('#')) return { ...about, href: `#${ANCHOR}${href.slice(1).toLowerCase()}` }
  return /^(https?|mailto):/i.test(href) ? { ...about, href, rel: 'nofollow ugc noreferrer' } : about
}

type Element = { readonly tagName: string; readonly attribs: Attributes; readonly text: string }

/** Where the image is, to follow on purpose. */
function linkToImage(attributes: Attributes): Element {
  const { src, title } = attributes
  if (src === undefined || !/^https?:/i.test(src)) return textOfImage(attributes)
  return { ...textOfImage(attributes), tagName: 'a', attribs: linkAttributes(src, title) }
}

function textOfImage({ alt }: Attributes): Element {
  const text = alt === undefined || alt.trim() === '' ? 'image' : alt
  return { tagName: 'span', attribs: { class: 'image' }, text }
}
