import { expect, test } from 'vitest'
import { html } from '../../src/web/html.ts'

test('what is put in is escaped, what is HTML already is not, and nothing is nothing', () => {
  const name = `<b a="1" c='2'>&`
  expect(
    html`<p title="${name}">${name}${html`<i>${1}</i>`}${undefined}${false}${['<', [html`<u>x</u>`]]}</p>`.text,
  ).toBe(
    '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;<i>1</i>&lt;<u>x</u></p>',
  )
})
