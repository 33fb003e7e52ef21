import { describe, expect, test } from 'vitest'
import { readmeHtml } from '../../src/web/readme-html.ts'

describe('what a README may show', () => {
  test('headings move one level down, and the anchors of its table of contents work', () => {
    expect(readmeHtml('# One *thing*\n\n###### Last\n\n# One thing\n\n[to it](#one-thing)')).toBe(
      '<h2 id="readme-one-thing">One <em>thing</em></h2>\n<h6 id="readme-last">Last</h6>\n' +
        '<h2 id="readme-one-thing-1">One thing</h2>\n<p><a href="#readme-one-thing">to it</a></p>\n',
    )
  })

  test('links to the web, and no others', () => {
    const link = (href: string) => readmeHtml(`[x](${href})`).trim()
    expect(link('https://a.example/?b=1&c')).toBe(
      '<p><a href="https://a.example/?b=1&amp;c" rel="nofollow ugc noreferrer">x</a></p>',
    )
    for (const href of ['docs/x.md', '/x', '//evil.example', '?x', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)'])
      expect([href, link(href)]).toEqual([href, '<p><a>x</a></p>'])
  })

  test('images are links to them; those in links, and those that are nowhere, are their text', () => {
    const rel = 'rel="nofollow ugc noreferrer"'
    expect(readmeHtml('![a "b"](https://spy.example/1.png) <img src="https://spy.example/2.png">').trim()).toBe(
      `<p><a href="https://spy.example/1.png" ${rel}>a "b"</a> <a href="https://spy.example/2.png" ${rel}>image</a></p>`,
    )
    expect(readmeHtml('[![ci](https://spy.example/b.svg)](https://ci.example) ![c](docs/c.png)').trim()).toBe(
      `<p><a href="https://ci.example" ${rel}><span class="image">ci</span></a> <span class="image">c</span></p>`,
    )
  })

  test('code, tables and tasks', () => {
    expect(readmeHtml('```js\nconst a = "<b>"\n```')).toBe(
      '<pre tabindex="0"><code>const a = "&lt;b&gt;"\n</code></pre>\n',
    )
    expect(readmeHtml('|a|\n|-:|\n|1|')).toContain('<td align="right">1</td>')
    expect(readmeHtml('- [x] a\n- [ ] b')).toBe('<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n')
  })
})

describe('what a README may not do', () => {
  test.each([
    ['script', '<script>alert(1)</script>x'],
    ['script in a comment', '<!--><script>alert(1)</script>-->'],
    ['handler', '<p onclick="alert(1)" onmouseover=alert(1)>x</p>'],
    ['handler of an image', '<img src=x onerror=alert(1)>'],
    ['script in an image of shapes', '<svg onload=alert(1)><script>alert(1)</script></svg>'],
    [
      'mutation',
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    ],
    ['mutation by noscript', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">'],
    ['frame', '<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x">'],
    [
      'form',
      '<form action="https://evil.example"><input name="password"><button formaction="javascript:x">x</button></form>',
    ],
    [
      'base and refresh',
      '<base href="https://evil.example"><meta http-equiv="refresh" content="0;url=https://evil.example">',
    ],
    ['style', '<style>body{display:none}</style><p style="position:fixed">x</p><link rel="stylesheet" href="x">'],
    ['encoded address', '<a href="&#106;ava&Tab;script:alert(1)">x</a> <a href="data:text/html,x">y</a>'],
    ['address in Markdown', '[x](javascript:alert(1)) <javascript:alert(1)> ![x](javascript:alert(1))'],
    ['names that scripts would look up', '<p id="main" name="main" class="skip card">x</p><h1 id="main">x</h1>'],
  ])('%s', (_name, markdown) => {
    // The one class that a README can have.
    const html = readmeHtml(markdown).replaceAll('<span class="image">', '<span>')
    expect(html).not.toMatch(
      /<(script|svg|math|style|iframe|object|embed|form|input|button|base|meta|link|img|noscript)/i,
    )
    expect(html).not.toMatch(/<[^>]*\s(on\w+|style|name|id|src|action|formaction|class)\s*=/i)
    expect(html).not.toMatch(/href="(?!https?:|mailto:|#readme-)/i)
  })
})
